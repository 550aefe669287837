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
  return (authorization) => {
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) return false;
    const bytes = Buffer.from(given);
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  };
}
