import type { Problem } from '../live/event.ts';
import type { Messages } from './en.ts';

/** A coded error in the visitor's words; a code that is not in the catalogue in the server's. */
export function problemText({ code, message }: Problem, { problems }: Messages): string {
  if (Object.hasOwn(problems, code)) return problems[code as keyof typeof problems];
  return message || code;
}
