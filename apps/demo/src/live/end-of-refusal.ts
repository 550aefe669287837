import type { Problem } from './event.ts';
import type { Ended } from './link.ts';

/** Codes after which the same request may succeed without being changed. */
const PASSING: ReadonlySet<string> = new Set([
  'rate_limited',
  'internal',
  'unavailable',
  'storage_unavailable',
  'storage_full',
  'timeout',
]);

/** What a refusal means for the connection: come back when it will pass, else stay away. */
export function endOfRefusal(problem: Problem): Ended {
  return { problem, reconnect: PASSING.has(problem.code) };
}
