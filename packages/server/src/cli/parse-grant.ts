import { RIGHTS, type Right } from '../core/identity.ts';

/** Reads `PATTERN=right,right`. @throws Error when it is none. */
export function parseGrant(text: string): readonly [pattern: string, rights: readonly Right[]] {
  const end = text.lastIndexOf('=');
  const rights = end < 1 ? [] : text.slice(end + 1).split(',');
  const known = rights.filter((right): right is Right => RIGHTS.some((one) => one === right));
  if (known.length === 0 || known.length < rights.length)
    throw new Error(`"${text}" is no PATTERN=RIGHTS; rights are ${RIGHTS.join(', ')}, with commas between.`);
  return [text.slice(0, end), known];
}
