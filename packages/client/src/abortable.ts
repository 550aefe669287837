import { ClientError } from './client-error.ts';

/** The error of a call whose signal was aborted. */
function abortedError(signal: AbortSignal): ClientError {
  return new ClientError('aborted', 'The call was aborted.', { cause: signal.reason });
}

/** Calls back when a signal is aborted, at once when it is already. @returns stops listening. */
export function onAbort(signal: AbortSignal | undefined, callback: (error: ClientError) => void): () => void {
  if (!signal) return () => {};
  const listener = () => callback(abortedError(signal));
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
