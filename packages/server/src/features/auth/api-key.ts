import { hash, timingSafeEqual } from 'node:crypto';

/**
 * Makes the check of server calls: whether an `Authorization` header carries the API key.
 *
 * It takes the same time however much of the key was guessed.
 *
 * @example
 * const apiKeyMatches = createApiKeyCheck(secrets.apiKey);
 * apiKeyMatches(request.headers.authorization);
 */
export function createApiKeyCheck(apiKey: string): (authorization: string | undefined) => boolean {
  const expected = digest(apiKey);
  return (authorization) => {
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    return given !== undefined && timingSafeEqual(digest(given), expected);
  };
}

/** Of one length whatever was sent, which comparing in constant time asks for. */
function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
