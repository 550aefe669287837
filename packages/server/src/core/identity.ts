/** What a session may be allowed on a channel. */
export type Right = 'subscribe' | 'publish' | 'history' | 'presence' | 'typing';

/** Every right, for schemas and help texts. */
export const RIGHTS: readonly Right[] = ['subscribe', 'publish', 'history', 'presence', 'typing'];

/** Rights on all channels that match a pattern, from the `channels` claim of a token. */
export interface Grant {
  /** A channel's name in which `*` stands for any characters. */
  readonly pattern: string;
  readonly rights: readonly Right[];
}

/** Who a session is. */
export interface Identity {
  /** The user (claim `sub`); `undefined` for an anonymous session. */
  readonly user: string | undefined;
  readonly grants: readonly Grant[];
  /** When the token ends, milliseconds since 1970-01-01 UTC; `undefined` when it does not. */
  readonly expiresAt: number | undefined;
  /** The claim `jti`, by which one token can be revoked. */
  readonly tokenId: string | undefined;
  /** When the token was made (claim `iat`), milliseconds; a revoked user's older tokens are refused. */
  readonly issuedAt: number | undefined;
  /** All claims of the token; empty for an anonymous session. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Nobody in particular. */
export const ANONYMOUS: Identity = {
  user: undefined,
  grants: [],
  expiresAt: undefined,
  tokenId: undefined,
  issuedAt: undefined,
  claims: {},
};

/** Who others see: the user, or `anonymous:SESSION`; `undefined` for an anonymous call over HTTP. */
export function visibleName(
  identity: Identity,
  session: { readonly id: string } | undefined,
): string | undefined {
  return identity.user ?? (session && `anonymous:${session.id}`);
}
