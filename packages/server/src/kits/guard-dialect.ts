import type { Dialect } from '../core/ports/dialect.ts';

/**
 * A kit's dialect whose faults in writing are told and cost one message: an event is written for everybody, so that they
 * would otherwise end the server. Faults in reading are answered by whoever reads.
 */
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
    decode: (text) => dialect.decode(text),
    encodeEvent: encode((event) => dialect.encodeEvent(event)),
    encodeReply: encode((reply) => dialect.encodeReply(reply)),
    encodeNotice: encode((notice) => dialect.encodeNotice(notice)),
    ...(dialect.batch && { batch: dialect.batch }),
  };
}
