import { TidingsError } from '@tidings/server/kit';

/** A name that a program might take for something else. */
const NO_NAME = /^(__.*__|constructor|prototype)$/;

/**
 * Text from a client as it is kept: whatever it says, but never nothing, and nothing that a database cannot hold.
 *
 * @param field what an error calls it
 * @throws TidingsError `invalid_request`
 */
export function plainText(text: string, field: string): string {
  if (text.trim() === '') throw new TidingsError('invalid_request', `The "${field}" is empty.`);
  if (text.includes('\0'))
    throw new TidingsError('invalid_request', `The "${field}" has a character that cannot be kept (U+0000).`);
  return text.toWellFormed();
}

/** A name for people, on one line. @throws TidingsError `invalid_request` */
export function plainName(text: string, field: string): string {
  const name = plainText(text, field).trim();
  if (/\p{Cc}/u.test(name) || NO_NAME.test(name))
    throw new TidingsError('invalid_request', `This "${field}" cannot be taken.`);
  return name;
}
