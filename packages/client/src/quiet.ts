/**
 * Marks a promise as looked after, so that a caller who does not await it causes no unhandled rejection. Who awaits it is
 * told all the same.
 */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
