import { Type } from '@tidings/server/kit';

/** Whole numbers beyond this many digits are no id of ours. */
const MAX_DIGITS = 15;

/** Reads the id of a row as it stands on the wire; `undefined` for whatever can be no id. */
export function readId(text: string): number | undefined {
  return new RegExp(`^[1-9]\\d{0,${MAX_DIGITS - 1}}$`).test(text) ? Number(text) : undefined;
}

/** The id of a user, as a token may have it: printable. */
export const UserId = Type.String({
  pattern: '^[^\\p{C}\\p{Zl}\\p{Zp}]{1,128}$',
  description: 'The id of a user.',
});

/** The id of a thing, whoever gave it. */
export const AnyId = Type.String({
  pattern: '^[^\\s,\\p{C}]{1,128}$',
  description: 'An id without white space and commas.',
});

/** An idempotency key. */
export const Key = Type.String({
  pattern: '^[^\\p{C}]{1,128}$',
  description: 'A repeat with the same key has one effect and the same answer.',
});
