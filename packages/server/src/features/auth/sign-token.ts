import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Right } from '../../core/identity.ts';

/** What tokens a server takes. */
export interface TokenRules {
  readonly algorithms: readonly string[];
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
}

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
 * Signs a token by HS256, as the server of these rules takes it.
 *
 * @throws Error when it takes none, or the span is none.
 */
export async function signToken(rules: TokenRules, secret: string, content: TokenContent): Promise<string> {
  const { algorithms, issuer, audience } = rules;
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
