import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Config } from '../config.ts';
import { RIGHTS, type Right } from '../core/identity.ts';

/** What a token says. */
export interface TokenContent {
  readonly user: string;
  /** A span such as `1h`, `30 minutes`, `7d`. */
  readonly ttl: string;
  /** Pattern of channels → rights there. */
  readonly channels: Readonly<Record<string, readonly Right[]>>;
  /** Further claims. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/**
 * Signs a token by HS256, as the server of this configuration takes it.
 *
 * @throws Error when it takes none, or the span is none.
 */
export async function signToken(config: Config, secret: string, content: TokenContent): Promise<string> {
  const { algorithms, issuer, audience } = config.auth;
  if (!algorithms.includes('HS256'))
    throw new Error(
      `This server takes tokens of ${algorithms.join(', ')} only; have them made by who holds the private key.`,
    );
  const token = new SignJWT({ ...content.claims, channels: content.channels })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(content.user)
    .setJti(randomUUID())
    .setIssuedAt();
  if (issuer !== undefined) token.setIssuer(issuer);
  if (audience !== undefined) token.setAudience(audience);
  try {
    token.setExpirationTime(content.ttl);
  } catch {
    throw new Error(`"${content.ttl}" is no span of time; write it like 90s, 15m, 1h or 30d.`);
  }
  return token.sign(new TextEncoder().encode(secret));
}

/** Reads `PATTERN=right,right`. @throws Error when it is none. */
export function parseGrant(text: string): readonly [pattern: string, rights: readonly Right[]] {
  const end = text.lastIndexOf('=');
  const rights = end < 1 ? [] : text.slice(end + 1).split(',');
  const known = rights.filter((right): right is Right => RIGHTS.some((one) => one === right));
  if (known.length === 0 || known.length < rights.length)
    throw new Error(`"${text}" is no PATTERN=RIGHTS; rights are ${RIGHTS.join(', ')}, with commas between.`);
  return [text.slice(0, end), known];
}
