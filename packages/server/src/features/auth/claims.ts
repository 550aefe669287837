/**
 * What a token says, made into who a session is.
 *
 * @module
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { type Grant, type Identity, RIGHTS, type Right } from '../../core/identity.ts';

/** Printable: no control or invisible characters, no lone surrogates, no line separators. */
const PRINTABLE = '[^\\p{C}\\p{Zl}\\p{Zp}]';

/** Patterns that one token may have. */
const MAX_PATTERNS = 100;

/** A pattern is as long as the longest name of a channel at most. */
const PATTERN = '^[^\\s,\\p{C}]{1,200}$';

/** Seconds since 1970-01-01 UTC, in a range in which milliseconds are whole numbers. */
const NumericDate = Type.Number({ minimum: 0, maximum: 1e12 });

const Claims = Type.Object({
  // A name like an anonymous session's would let one pass for the other.
  sub: Type.String({ pattern: `^(?!anonymous:)${PRINTABLE}{1,128}$` }),
  exp: Type.Optional(NumericDate),
  iat: Type.Optional(NumericDate),
  jti: Type.Optional(Type.String({ pattern: `^${PRINTABLE}{1,128}$` })),
  channels: Type.Optional(
    Type.Record(Type.String({ pattern: PATTERN }), Type.Array(Type.Enum([...RIGHTS]), { maxItems: 100 }), {
      additionalProperties: false,
      maxProperties: MAX_PATTERNS,
    }),
  ),
});

const claims = Compile(Claims);

/** Reads the claims of a verified token; `undefined` when one of those that matter here is malformed. */
export function readClaims(payload: Readonly<Record<string, unknown>>): Identity | undefined {
  if (!claims.Check(payload)) return undefined;
  const { sub, exp, iat, jti, channels = {} } = payload;
  return {
    user: sub,
    grants: Object.entries(channels).map(toGrant),
    expiresAt: milliseconds(exp),
    tokenId: jti,
    issuedAt: milliseconds(iat),
    claims: payload,
  };
}

function toGrant([pattern, rights]: [string, readonly Right[]]): Grant {
  return { pattern, rights };
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.floor(seconds * 1000);
}
