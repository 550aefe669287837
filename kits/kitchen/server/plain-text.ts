import { TidingsError } from '@tidings/server/kit';

/** What a browser would take for a tag. A heart (`<3`) and a comparison with spaces are none. */
const MARKUP = /<[a-z!?]|<\/[a-z]/i;

/** Control characters but for tab and line feed. */
const CONTROL = /[^\P{Cc}\t\n]/u;

/**
 * Checks text that a user wrote for others to read. It is kept and told as it is written, as text: clients show it as text,
 * and what looks like HTML is refused all the same, for the sake of those that do not.
 *
 * @returns the text without white space around it.
 * @throws TidingsError `invalid_request`.
 */
export function plainText(text: string, what: string): string {
  const trimmed = anyText(text, what);
  if (trimmed === '') throw new TidingsError('invalid_request', `${what} must not be empty.`);
  if (MARKUP.test(trimmed))
    throw new TidingsError('invalid_request', `${what} is plain text; it cannot have HTML in it.`);
  return trimmed;
}

/** Checks the name of a thing, in one line; HTML in it is text like any other. @throws TidingsError `invalid_request`. */
export function nameText(text: string, what: string): string {
  const trimmed = anyText(text, what);
  if (trimmed === '') throw new TidingsError('invalid_request', `${what} must not be empty.`);
  if (/[\t\n]/.test(trimmed)) throw new TidingsError('invalid_request', `${what} is one line.`);
  return trimmed;
}

/** Checks text of any kind, which may be nothing. @returns it without white space around it. @throws TidingsError `invalid_request`. */
export function anyText(text: string, what: string): string {
  const trimmed = text.replaceAll('\r\n', '\n').trim().toWellFormed();
  if (CONTROL.test(trimmed))
    throw new TidingsError('invalid_request', `${what} has control characters in it.`);
  return trimmed;
}
