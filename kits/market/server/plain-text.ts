import { TidingsError } from '@tidings/server/kit';

/** Control characters but for tab and line feed. */
const CONTROL = /[^\P{Cc}\t\n]/u;

/**
 * Text that a user wrote for others to read, as it is kept and told: plain text, whatever looks like HTML in it is none.
 *
 * @param field what an error calls it
 * @returns the text without white space around it.
 * @throws TidingsError `invalid_request`.
 */
export function plainText(text: string, field: string): string {
  const trimmed = text.replaceAll('\r\n', '\n').trim().toWellFormed();
  if (trimmed === '') throw new TidingsError('invalid_request', `The "${field}" is empty.`);
  if (CONTROL.test(trimmed))
    throw new TidingsError('invalid_request', `The "${field}" has control characters in it.`);
  return trimmed;
}

/** Likewise, of one line. @throws TidingsError `invalid_request`. */
export function plainLine(text: string, field: string): string {
  const line = plainText(text, field);
  if (/[\t\n]/.test(line)) throw new TidingsError('invalid_request', `The "${field}" is one line.`);
  return line;
}
