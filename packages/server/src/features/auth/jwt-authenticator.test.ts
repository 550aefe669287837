import { createHmac, generateKeyPairSync } from 'node:crypto';
import { exportJWK, type JWK, SignJWT } from 'jose';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '../../core/identity.ts';
import { ManualClock } from '../../core/testing/manual-clock.ts';
import { JwtAuthenticator, type JwtAuthenticatorOptions } from './jwt-authenticator.ts';
import { type KeyServer, startKeyServer } from './testing/key-server.ts';

const SECRET = 'a secret of at least thirty-two bytes, for tests';
const NOW = Date.UTC(2026, 10, 20);
const seconds = NOW / 1000;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const pem = (pair: { publicKey: typeof rsa.publicKey }) =>
  pair.publicKey.export({ type: 'spki', format: 'pem' }) as string;

type Key = Parameters<SignJWT['sign']>[0];

function sign(claims: Record<string, unknown>, key: Key | string = SECRET, alg = 'HS256', kid?: string) {
  return new SignJWT({ sub: 'alice', exp: seconds + 3600, ...claims })
    .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
    .sign(typeof key === 'string' ? new TextEncoder().encode(key) : key);
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function setup(options: Partial<JwtAuthenticatorOptions> = {}) {
  const clock = new ManualClock(NOW);
  const revoked = new Set<string | undefined>();
  const authenticator = new JwtAuthenticator({
    secret: SECRET,
    algorithms: ['HS256'],
    clock,
    revocations: { covers: ({ user }: Identity) => revoked.has(user) },
    ...options,
  });
  return { clock, revoked, verify: (token: string) => authenticator.verify(token) };
}

const code = (code: string) => expect.objectContaining({ code });

describe('a token', () => {
  it('says who a session is', async () => {
    const claims = {
      jti: 't1',
      iat: seconds - 5,
      info: { name: 'Alice' },
      channels: { 'product:*': ['subscribe'], 'thread:9': ['subscribe', 'publish'] },
    };
    const identity = await setup().verify(await sign(claims));
    expect(identity).toMatchObject({
      user: 'alice',
      grants: [
        { pattern: 'product:*', rights: ['subscribe'] },
        { pattern: 'thread:9', rights: ['subscribe', 'publish'] },
      ],
      expiresAt: NOW + 3_600_000,
      issuedAt: NOW - 5000,
      tokenId: 't1',
      claims,
    });
  });

  it('may have no end, and no rights', async () => {
    const identity = await setup().verify(await sign({ exp: undefined }));
    expect(identity).toMatchObject({
      expiresAt: undefined,
      tokenId: undefined,
      issuedAt: undefined,
      grants: [],
    });
  });

  it.each([
    ['no user', { sub: undefined }],
    ['an empty user', { sub: '' }],
    ['a user that is a number', { sub: 7 }],
    ['a user of 129 characters', { sub: 'x'.repeat(129) }],
    ['a user with a line break', { sub: 'a\nb' }],
    ['a user with an invisible character', { sub: 'a\u200bb' }],
    ['a user that is half a character', { sub: 'a\ud800' }],
    ['a user named like an anonymous session', { sub: 'anonymous:1' }],
    ['an end that is text', { exp: 'tomorrow' }],
    ['a beginning that is text', { nbf: 'now' }],
    ['an age that is text', { iat: 'now' }],
    ['an id that is a number', { jti: 7 }],
    ['rights that are a list', { channels: ['product:*'] }],
    ['rights that are text', { channels: { 'product:*': 'subscribe' } }],
    ['an unknown right', { channels: { 'product:*': ['everything'] } }],
    ['a pattern with white space', { channels: { 'product: *': ['subscribe'] } }],
    ['an empty pattern', { channels: { '': ['subscribe'] } }],
    ['a pattern without end', { channels: { ['p'.repeat(201)]: ['subscribe'] } }],
    [
      '101 patterns',
      { channels: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`c:${n}`, ['subscribe']])) },
    ],
  ])('is refused with %s', async (_, claims) => {
    await expect(setup().verify(await sign(claims))).rejects.toEqual(code('invalid_token'));
  });

  it('may have 100 patterns, and a user of 128 characters in any script', async () => {
    const channels = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`c:${n}`, ['subscribe']]));
    const identity = await setup().verify(await sign({ channels, sub: '𝒳'.repeat(128) }));
    expect(identity.grants).toHaveLength(100);
  });

  it('takes __proto__ among its patterns for a name like any other', async () => {
    const channels = JSON.parse('{"__proto__":["subscribe"]}');
    const payload = `${part({ alg: 'HS256' })}.${Buffer.from(
      `{"sub":"alice","channels":{"__proto__":["subscribe"]}}`,
    ).toString('base64url')}`;
    const token = `${payload}.${createHmac('sha256', SECRET).update(payload).digest('base64url')}`;
    expect(Object.keys(channels)).toEqual(['__proto__']);
    expect((await setup().verify(token)).grants).toEqual([{ pattern: '__proto__', rights: ['subscribe'] }]);
  });

  it('is refused when it is none', async () => {
    const { verify } = setup();
    for (const token of ['', 'x', 'a.b.c', '...', 'ä.ö.ü', `${part({})}.${part({ sub: 'alice' })}.`])
      await expect(verify(token)).rejects.toEqual(code('invalid_token'));
  });

  it('is refused when it is longer than 8192 characters', async () => {
    const long = (length: number) => sign({ info: 'x'.repeat(length) });
    await expect(setup().verify(await long(5000))).resolves.toBeDefined();
    await expect(setup().verify(await long(6200))).rejects.toEqual(code('invalid_token'));
  });
});

describe('the signature', () => {
  it.each([
    ['RS256', rsa, 'RS256'],
    ['ES256', ec, 'ES256'],
    ['EdDSA', ed, 'EdDSA'],
    ['EdDSA', ed, 'Ed25519'],
  ] as const)('%s by a public key', async (algorithm, pair, alg) => {
    const { verify } = setup({ secret: undefined, publicKey: pem(pair), algorithms: [algorithm] });
    expect(await verify(await sign({}, pair.privateKey, alg))).toMatchObject({ user: 'alice' });
  });

  it('by a secret and by a public key beside each other', async () => {
    const { verify } = setup({ publicKey: pem(rsa), algorithms: ['HS256', 'RS256'] });
    expect(await verify(await sign({}))).toMatchObject({ user: 'alice' });
    expect(await verify(await sign({}, rsa.privateKey, 'RS256'))).toMatchObject({ user: 'alice' });
  });

  it('is refused when it is forged or cut, or what it signs was changed', async () => {
    const { verify } = setup();
    const token = await sign({});
    const [header, , signature] = token.split('.');
    const forged = [
      await sign({}, 'another secret of at least thirty-two bytes'),
      `${header}.${part({ sub: 'mallory' })}.${signature}`,
      token.slice(0, -2),
      `${token.slice(0, token.lastIndexOf('.'))}.`,
    ];
    for (const one of forged) await expect(verify(one)).rejects.toEqual(code('invalid_token'));
  });

  it('is refused with "alg": "none", in any case', async () => {
    for (const alg of ['none', 'None', 'NONE', ''])
      await expect(
        setup().verify(`${part({ alg })}.${part({ sub: 'alice', exp: seconds + 60 })}.`),
      ).rejects.toEqual(code('invalid_token'));
  });

  it('is refused when the public key was taken for a secret', async () => {
    for (const algorithms of [['RS256'], ['HS256', 'RS256']] as const) {
      const { verify } = setup({ publicKey: pem(rsa), algorithms });
      await expect(verify(await sign({}, pem(rsa)))).rejects.toEqual(code('invalid_token'));
      await expect(verify(await sign({}, pem(rsa).trim()))).rejects.toEqual(code('invalid_token'));
    }
  });

  it('is refused with an algorithm that is not listed, even where its key is there', async () => {
    const { verify } = setup({ publicKey: pem(rsa), algorithms: ['RS256'] });
    await expect(verify(await sign({}))).rejects.toEqual(code('invalid_token'));
    for (const alg of ['HS384', 'HS512'])
      await expect(setup().verify(await sign({}, SECRET.repeat(2), alg))).rejects.toEqual(
        code('invalid_token'),
      );
    const { verify: byRs256 } = setup({ secret: undefined, publicKey: pem(rsa), algorithms: ['RS256'] });
    for (const alg of ['RS512', 'PS256'])
      await expect(byRs256(await sign({}, rsa.privateKey, alg))).rejects.toEqual(code('invalid_token'));
  });

  it('is refused with a header that asks for what is not understood', async () => {
    const input = `${part({ alg: 'HS256', crit: ['x'], x: 1 })}.${part({ sub: 'alice' })}`;
    const token = `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`;
    await expect(setup().verify(token)).rejects.toEqual(code('invalid_token'));
  });

  it('needs a key', () => {
    expect(() => setup({ secret: undefined })).toThrow('no key');
    expect(() => setup({ secret: undefined, publicKey: pem(ec), algorithms: ['RS256'] })).toThrow('no key');
    expect(() => setup({ publicKey: 'no pem', algorithms: ['RS256'] })).toThrow();
  });
});

describe('time', () => {
  it('ends a token at its exp, and not before', async () => {
    const { clock, verify } = setup();
    const token = await sign({ exp: seconds + 10 });
    clock.advance(9999);
    await verify(token);
    clock.advance(1);
    await expect(verify(token)).rejects.toEqual(code('token_expired'));
    await expect(verify(await sign({ exp: seconds - 60 }))).rejects.toEqual(code('token_expired'));
  });

  it('begins a token at its nbf', async () => {
    const { clock, verify } = setup();
    const token = await sign({ nbf: seconds + 10 });
    await expect(verify(token)).rejects.toEqual(code('invalid_token'));
    clock.advance(10_000);
    await verify(token);
  });

  it('allows for a clock that is off', async () => {
    const { verify } = setup({ clockTolerance: 5000 });
    await verify(await sign({ exp: seconds - 4 }));
    await verify(await sign({ nbf: seconds + 5 }));
    await expect(verify(await sign({ exp: seconds - 5 }))).rejects.toEqual(code('token_expired'));
    await expect(verify(await sign({ nbf: seconds + 6 }))).rejects.toEqual(code('invalid_token'));
  });

  it('tells a forger of an expired token nothing', async () => {
    const forged = await sign({ exp: seconds - 60 }, 'another secret of at least thirty-two bytes');
    await expect(setup().verify(forged)).rejects.toEqual(code('invalid_token'));
  });
});

describe('who it is for', () => {
  it('is checked when it is configured', async () => {
    const { verify } = setup({ audience: 'tidings', issuer: 'https://id.example.com' });
    await verify(await sign({ aud: ['other', 'tidings'], iss: 'https://id.example.com' }));
    const wrong = [
      {},
      { aud: 'tidings' },
      { iss: 'https://id.example.com' },
      { aud: 'tidings', iss: 'https://id.example.com.evil.example' },
      { aud: 'tidings2', iss: 'https://id.example.com' },
      { aud: { tidings: true }, iss: 'https://id.example.com' },
    ];
    for (const claims of wrong)
      await expect(verify(await sign(claims))).rejects.toEqual(code('invalid_token'));
  });
});

it('refuses a revoked token, also one it has seen before', async () => {
  const { verify, revoked } = setup();
  const token = await sign({});
  await verify(token);
  revoked.add('alice');
  await expect(verify(token)).rejects.toEqual(code('token_revoked'));
  revoked.clear();
  await verify(token);
});

describe('a key set elsewhere', () => {
  let keys: KeyServer | undefined;
  let first: JWK;
  let second: JWK;
  const faults: unknown[] = [];

  beforeAll(async () => {
    first = { ...(await exportJWK(rsa.publicKey)), kid: 'first', alg: 'RS256', use: 'sig' };
    second = { ...(await exportJWK(ed.publicKey)), kid: 'second' };
  });

  afterEach(() => keys?.close());

  async function byKeySet(content: KeyServer['content'], options: Partial<JwtAuthenticatorOptions> = {}) {
    keys = await startKeyServer(content);
    faults.length = 0;
    return {
      keys,
      ...setup({
        secret: undefined,
        jwksUrl: keys.url,
        algorithms: ['RS256', 'ES256', 'EdDSA'],
        onError: (error) => faults.push(error),
        ...options,
      }),
    };
  }

  it('is asked once for all tokens', async () => {
    const { keys, verify } = await byKeySet({ keys: [first, second] });
    const tokens = [
      await sign({}, rsa.privateKey, 'RS256', 'first'),
      await sign({}, ed.privateKey, 'EdDSA', 'second'),
      await sign({ jti: '2' }, rsa.privateKey, 'RS256', 'first'),
    ];
    await Promise.all(tokens.map(verify));
    for (const token of tokens) await verify(token);
    expect(keys.asked).toBe(1);
  });

  it('with several keys that fit: each is tried', async () => {
    const other = await exportJWK(otherRsa.publicKey);
    const { verify } = await byKeySet({ keys: [other, await exportJWK(rsa.publicKey)] });
    expect(await verify(await sign({}, rsa.privateKey, 'RS256'))).toMatchObject({ user: 'alice' });
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await expect(verify(await sign({}, stranger.privateKey, 'RS256'))).rejects.toEqual(code('invalid_token'));
    await expect(verify(await sign({ exp: 1 }, rsa.privateKey, 'RS256'))).rejects.toEqual(
      code('token_expired'),
    );
  });

  it('refuses a key it does not have, and is not asked for each again', async () => {
    const { keys, verify } = await byKeySet({ keys: [first] });
    for (const kid of ['x', 'y', 'z'])
      await expect(verify(await sign({}, ed.privateKey, 'EdDSA', kid))).rejects.toEqual(
        code('invalid_token'),
      );
    expect(keys.asked).toBe(1);
  });

  it('is not asked about a token that a key at hand has signed and that has expired', async () => {
    const { verify, keys } = await byKeySet(500, { publicKey: pem(rsa) });
    await expect(verify(await sign({ exp: seconds - 60 }, rsa.privateKey, 'RS256'))).rejects.toEqual(
      code('token_expired'),
    );
    expect(keys.asked).toBe(0);
  });

  it('is asked again a second after it failed, also when the clock was set back meanwhile', async () => {
    const { verify, keys, clock } = await byKeySet(500);
    const token = await sign({}, rsa.privateKey, 'RS256', 'first');
    await expect(verify(token)).rejects.toEqual(code('unavailable'));
    keys.content = { keys: [first] };
    clock.set(NOW - 3_600_000);
    expect(await verify(token)).toMatchObject({ user: 'alice' });
  });

  it('never checks a secret', async () => {
    const secret = { kty: 'oct', k: Buffer.from(SECRET).toString('base64url'), alg: 'HS256', kid: 'first' };
    const { verify } = await byKeySet({ keys: [secret] });
    await expect(verify(await sign({}, SECRET, 'HS256', 'first'))).rejects.toEqual(code('invalid_token'));
  });

  it.each([
    ['failing', 500],
    ['redirecting', 302],
    ['no JSON', '<html>'],
    ['no key set', '{}'],
  ])('that is %s is an outage, not a fault of the token', async (_, content) => {
    const { keys, clock, verify } = await byKeySet(content);
    const token = await sign({}, rsa.privateKey, 'RS256', 'first');
    await expect(verify(token)).rejects.toMatchObject({ code: 'unavailable', retryAfter: 1000 });
    keys.content = { keys: [first] };
    clock.advance(1000);
    expect(await verify(token)).toMatchObject({ user: 'alice' });
  });

  it('that is down is not asked by every client, and said so once', async () => {
    const { keys, clock, verify } = await byKeySet(503);
    const token = await sign({}, rsa.privateKey, 'RS256', 'first');
    await expect(Promise.allSettled([1, 2, 3].map(() => verify(token)))).resolves.toHaveLength(3);
    await expect(verify(token)).rejects.toEqual(code('unavailable'));
    expect(keys.asked).toBe(1);
    expect(faults).toHaveLength(1);
    clock.advance(1000);
    await expect(verify(token)).rejects.toEqual(code('unavailable'));
    expect(keys.asked).toBe(2);
  });

  it('that nobody listens at is an outage', async () => {
    const { keys, verify } = await byKeySet({ keys: [first] });
    await keys.close();
    await expect(verify(await sign({}, rsa.privateKey, 'RS256', 'first'))).rejects.toEqual(
      code('unavailable'),
    );
  });
});
