/**
 * Asking an application for a token, whatever its callback does.
 *
 * @module
 */
import { ClientError } from '../client-error.ts';
import type { Clock } from '../clock.ts';
import type { TokenSource } from '../options.ts';

/**
 * Asks for a token.
 *
 * @param timeout milliseconds.
 * @param signal the answer is no longer wanted; the promise then stays as it is.
 * @throws ClientError `token_failed`, `token_timeout`.
 */
export function askToken(
  source: string | TokenSource | undefined,
  timeout: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (typeof source !== 'function') return Promise.resolve(source);
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  const ours = new AbortController();
  const timer = clock.after(timeout, () => {
    reject(new ClientError('token_timeout', `token() gave nothing in ${timeout} ms.`));
    ours.abort();
  });
  signal.addEventListener('abort', () => ours.abort(), { once: true });
  const fail = (cause: unknown) => reject(new ClientError('token_failed', 'token() failed.', { cause }));
  const take = (token: unknown) => {
    if (typeof token === 'string' && token !== '') resolve(token);
    else if (token === undefined || token === null) resolve(undefined);
    else fail(new TypeError('token() must give a string, or nothing.'));
  };
  try {
    Promise.resolve(source(ours.signal)).then(take, fail);
  } catch (cause) {
    fail(cause);
  }
  return promise.finally(() => timer.cancel());
}
