import { TidingsError } from '@tidings/protocol';
import { ErrorReply } from 'redis';

/** What went wrong with Redis as clients are told of it; an error that has a code already is left as it is. */
export function redisError(error: unknown, message?: string): TidingsError {
  if (error instanceof TidingsError) return error;
  const full = error instanceof ErrorReply && /^OOM|No space left/.test(error.message);
  return new TidingsError(full ? 'storage_full' : 'storage_unavailable', message, { cause: error });
}
