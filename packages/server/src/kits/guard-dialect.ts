import { TidingsError } from '@tidings/protocol';
import type { Dialect } from '../core/ports/dialect.ts';

/** A kit's dialect whose faults are told and cost one message, where they would otherwise end the server. */
export function guardDialect(dialect: Dialect, onError: (error: unknown) => void): Dialect {
  const encode = <Input>(write: (input: Input) => string | undefined) => {
    return (input: Input): string | undefined => {
      try {
        return write(input);
      } catch (error) {
        onError(error);
        return undefined;
      }
    };
  };
  return {
    name: dialect.name,
    decode(text) {
      try {
        return dialect.decode(text);
      } catch (error) {
        onError(error);
        return [{ error: new TidingsError('internal') }];
      }
    },
    encodeEvent: encode((event) => dialect.encodeEvent(event)),
    encodeReply: encode((reply) => dialect.encodeReply(reply)),
    encodeNotice: encode((notice) => dialect.encodeNotice(notice)),
  };
}
