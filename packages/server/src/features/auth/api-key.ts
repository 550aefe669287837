import { timingSafeEqual } from 'node:crypto';

/**
 * Makes the check of server calls: whether an `Authorization` header carries the API key.
 *
 * It takes the same time however much of the key was guessed; only its length, which is no secret, can be told.
 *
 * @example
 * const apiKeyMatches = createApiKeyCheck(secrets.apiKey);
 * apiKeyMatches(request.headers.authorization);
 */
export function createApiKeyCheck(apiKey: string): (authorization: string | undefined) => boolean {
  const expected = Buffer.from(apiKey);
  const isUsual = createTextCheck(`Bearer ${apiKey}`);
  return (authorization = '') => {
    // As all but a few write it, which needs no expression and no new bytes; it is asked for every publish.
    if (isUsual(authorization)) return true;
    const given = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
    if (given === undefined) return false;
    const bytes = Buffer.from(given);
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  };
}

/** Compares texts with one, all in the same bytes. */
function createTextCheck(text: string): (given: string) => boolean {
  const expected = Buffer.from(text);
  const bytes = Buffer.alloc(expected.length);
  // A longer one may be cut off in the bytes, but one that begins with the text and goes on has more characters.
  return (given) =>
    given.length === text.length &&
    bytes.write(given) === expected.length &&
    timingSafeEqual(bytes, expected);
}
