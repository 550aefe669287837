import type { ErrorCode } from '@tidings/protocol';
import type { ClientErrorCode } from './client-error.ts';

/** The codes of the server's registry after which the same request may succeed later; a test compares the two. */
export const PASSING: readonly ErrorCode[] = [
  'rate_limited',
  'internal',
  'unavailable',
  'storage_unavailable',
  'storage_full',
  'timeout',
];

/** Before something is asked for again that the server could not do at the moment, milliseconds. */
export const RETRY = 2000;

/** Whether the same request may succeed later without being changed. */
export function mayPass(code: ClientErrorCode): boolean {
  return (PASSING as readonly string[]).includes(code);
}
