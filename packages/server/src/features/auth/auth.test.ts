import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import type { Kysely } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryBus } from '../../brokers/memory/memory-bus.ts';
import { NodeCalls } from '../../core/node-calls.ts';
import { createNodes } from '../../core/testing/create-nodes.ts';
import { ManualClock } from '../../core/testing/manual-clock.ts';
import {
  createTestCore,
  settled,
  type TestClient,
  type TestCoreOptions,
} from '../../core/testing/test-core.ts';
import { openDatabase } from '../../storage/database.ts';
import { type CoreTables, migrate } from '../../storage/migrations.ts';
import { Auth } from './auth.ts';
import { JwtAuthenticator } from './jwt-authenticator.ts';
import { Revocations } from './revocations.ts';
import { AUTH_MIGRATIONS } from './tables.ts';

const SECRET = 'a secret of at least thirty-two bytes, for tests';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface SetupOptions extends TestCoreOptions {
  readonly clockTolerance?: number;
  /** Another server on the same database, that this one is to reach. */
  readonly beside?: {
    readonly db: Kysely<CoreTables>;
    readonly clock: ManualClock;
    readonly buses: Set<MemoryBus>;
  };
}

async function setup({ clockTolerance = 0, beside, ...options }: SetupOptions = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'tidings-auth-'));
  const db = beside?.db ?? (await openDatabase({ directory, onError: () => {} }));
  endings.push(() => rmSync(directory, { recursive: true }));
  if (!beside) endings.push(() => db.destroy());
  await migrate(db, 'auth', AUTH_MIGRATIONS);
  const clock = beside?.clock ?? new ManualClock(Date.UTC(2026, 10, 20));
  const faults: unknown[] = [];
  const onError = (error: unknown) => void faults.push(error);
  const revocations = new Revocations({ db, clock, onError });
  await revocations.start();
  const authenticator = new JwtAuthenticator({
    secret: SECRET,
    algorithms: ['HS256'],
    clock,
    clockTolerance,
    revocations,
  });
  const core = await createTestCore({
    clock,
    authenticator,
    namespaces: { room: {}, open: { rights: { subscribe: 'anyone' } } },
    ...options,
  });
  const buses = beside?.buses ?? new Set<MemoryBus>();
  const bus = new MemoryBus(`node-${buses.size}`, buses);
  const nodes = new NodeCalls({ bus, clock, onError });
  const auth = new Auth({ core, authenticator, revocations, nodes, clock, clockTolerance, onError });
  await bus.start();
  const token = (user: string, claims: Record<string, unknown> = {}) =>
    new SignJWT({ sub: user, iat: clock.now() / 1000, exp: clock.now() / 1000 + 60, ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(SECRET));
  /** A client that comes in with a token, by the gate. */
  const enter = async (user: string, claims?: Record<string, unknown>, transport = 'memory') => {
    const handshake = { origin: undefined, host: undefined, address: user, token: await token(user, claims) };
    return core.connect({ ...(await core.host.admit(handshake)), transport });
  };
  return { ...core, auth, clock, revocations, faults, token, enter, db, buses, bus };
}

const reads = { channels: { 'room:*': ['subscribe'] } };
const anyReply = expect.objectContaining({ type: 'reply' });

/** Fulfilled with the reply to this id. */
async function reply({ connection }: TestClient, id: number) {
  for (;;) {
    const found = connection.of('reply').find((message) => message.id === id);
    if (found) return found;
    await settled();
  }
}

describe('authenticate', () => {
  it('binds an anonymous session', async () => {
    const server = await setup();
    const client = server.connect();
    client.say({ type: 'authenticate', id: 1, token: await server.token('alice') });
    expect(await reply(client, 1)).toEqual({
      type: 'reply',
      id: 1,
      ok: true,
      data: { user: 'alice', expiresAt: server.clock.now() + 60_000 },
    });
    expect(client.session.identity.user).toBe('alice');
  });

  it('opens a session that may do nothing before, and holds back what was sent behind it', async () => {
    const server = await setup({ anonymous: false });
    const client = server.connect({ provisional: true });
    client.say({ type: 'subscribe', id: 1, channels: ['room:1'] });
    client.say({ type: 'authenticate', id: 2, token: await server.token('alice', reads) });
    client.say({ type: 'subscribe', id: 3, channels: ['room:1'] });
    client.say({ type: 'ping', id: 4 });
    expect(await reply(client, 3)).toMatchObject({ ok: true });
    await settled();
    expect(client.connection.heard.map(({ type, id, ok }) => [type, id, ok]).slice(1)).toEqual([
      ['reply', 1, false],
      ['reply', 2, true],
      ['reply', 3, true],
      ['pong', 4, undefined],
    ]);
    expect(client.connection.of('reply')[0]).toMatchObject({ error: { code: 'unauthenticated' } });
    server.clock.advance(10_000);
    expect(client.connection.closed).toBeUndefined();
  });

  it('leaves the session as it was when the token is refused', async () => {
    const server = await setup();
    const client = await server.enter('alice', reads);
    const { identity } = client.session;
    const expired = await server.token('alice', { exp: server.clock.now() / 1000 - 1 });
    client.say({ type: 'authenticate', id: 1, token: 'forged' });
    client.say({ type: 'authenticate', id: 2, token: expired });
    client.say({ type: 'authenticate', id: 3, token: await server.token('bob') });
    client.say({ type: 'authenticate', id: 4 });
    client.say({ type: 'authenticate', id: 5, token: 'x'.repeat(8193) });
    await reply(client, 5);
    const codes = client.connection.of('reply').map(({ error }) => (error as { code: string }).code);
    expect(codes).toEqual([
      'invalid_token',
      'token_expired',
      'forbidden',
      'invalid_request',
      'invalid_request',
    ]);
    expect(client.session.identity).toBe(identity);
    expect(client.connection.closed).toBeUndefined();
  });

  it('moves the end of the session', async () => {
    const server = await setup();
    const client = await server.enter('alice');
    server.clock.advance(50_000);
    client.say({ type: 'authenticate', id: 1, token: await server.token('alice') });
    await reply(client, 1);
    server.clock.advance(50_000);
    expect(client.connection.closed).toBeUndefined();
    server.clock.advance(10_000);
    expect(client.connection.closed).toMatchObject({ code: 4003 });
  });

  it('leaves the channels that the newer token gives no right to, and says so', async () => {
    const server = await setup();
    const channels = { 'room:1': ['subscribe'], 'room:2': ['subscribe'] };
    const client = await server.enter('alice', { channels });
    client.say({ type: 'subscribe', id: 1, channels: ['room:1', 'room:2', 'open:3'] });
    await reply(client, 1);
    client.say({
      type: 'authenticate',
      id: 2,
      token: await server.token('alice', { channels: { 'room:2': ['subscribe'] } }),
    });
    await reply(client, 2);
    expect(client.connection.of('unsubscribed')).toEqual([
      { type: 'unsubscribed', channel: 'room:1', error: expect.objectContaining({ code: 'forbidden' }) },
    ]);
    expect([...client.session.subscriptions.keys()]).toEqual(['room:2', 'open:3']);
    for (const channel of ['room:1', 'room:2', 'open:3']) await server.publish(channel, channel);
    await settled();
    expect(client.connection.data()).toEqual(['room:2', 'open:3']);
  });

  it.each([[['server']], [['server', 'client']], [['client', 'server']]])(
    'keeps a channel that the server itself made the session follow (%s)',
    async (order) => {
      const server = await setup();
      const client = await server.enter('alice', reads);
      const channel = server.namespaces.resolve('room:1');
      for (const who of order) {
        if (who === 'client') {
          client.say({ type: 'subscribe', id: 1, channels: ['room:1'] });
          await reply(client, 1);
        } else {
          const joined = await server.hub.subscribe(client.session, [{ channel, from: {} }]);
          server.hub.activate(joined.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
        }
      }
      client.say({ type: 'authenticate', id: 2, token: await server.token('alice') });
      await reply(client, 2);
      expect([...client.session.subscriptions.keys()]).toEqual(['room:1']);
    },
  );

  it('lets no right that was asked before it count after it', async () => {
    const asked = Promise.withResolvers<boolean>();
    const answers = [asked.promise, Promise.resolve(false)];
    const rule = () => answers.shift() ?? false;
    const server = await setup({ namespaces: { room: { rights: { subscribe: rule } } } });
    const client = await server.enter('alice');
    const following = server.host.follow(client.session, ['room:1'], {});
    client.say({ type: 'authenticate', id: 1, token: await server.token('alice', { jti: 'newer' }) });
    await reply(client, 1);
    asked.resolve(true);
    expect((await following).channels).toMatchObject([{ error: { code: 'forbidden' } }]);
    expect(client.session.subscriptions.size).toBe(0);
  });

  it('leaves a channel whose rule fails, and tells the operator', async () => {
    let broken = false;
    const rule = async () => {
      if (broken) throw new Error('the database is gone');
      return true;
    };
    const server = await setup({ namespaces: { room: { rights: { subscribe: rule } } } });
    const client = await server.enter('alice');
    client.say({ type: 'subscribe', id: 1, channels: ['room:1'] });
    await reply(client, 1);
    broken = true;
    client.say({ type: 'authenticate', id: 2, token: await server.token('alice') });
    expect(await reply(client, 2)).toMatchObject({ ok: true });
    expect(client.connection.of('unsubscribed')).toMatchObject([{ error: { code: 'internal' } }]);
    expect(server.faults).toEqual([new Error('the database is gone')]);
  });

  it('that took too long binds nobody', async () => {
    const verified = Promise.withResolvers<never>();
    const server = await setup();
    const slow = await createTestCore({ clock: server.clock });
    const revocations = server.revocations;
    const authenticator = { verify: () => verified.promise };
    const { clock } = server;
    new Auth({
      core: slow,
      authenticator,
      revocations,
      nodes: createNodes(clock),
      clock,
      onError: () => {},
    });
    const client = slow.connect();
    client.say({ type: 'authenticate', id: 1, token: 'x' });
    slow.clock.advance(11_000);
    expect(await reply(client, 1)).toMatchObject({ error: { code: 'timeout' } });
    verified.resolve({ ...client.session.identity, user: 'alice' } as never);
    await settled();
    expect(client.session.identity.user).toBeUndefined();
  });

  it('is answered by nobody over HTTP', async () => {
    const server = await setup();
    const command = { name: 'authenticate', data: { token: await server.token('alice') } };
    const outcome = await server.dispatch.run(command, {
      identity: server.connect().session.identity,
      session: undefined,
    });
    expect(outcome.reply).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
  });
});

describe('the end of a token', () => {
  it('ends the session within a second', async () => {
    const server = await setup();
    const client = await server.enter('alice', { exp: server.clock.now() / 1000 + 2 });
    const other = await server.enter('bob');
    server.clock.advance(1999);
    expect(client.connection.closed).toBeUndefined();
    server.clock.advance(1);
    expect(client.connection.closed).toEqual({ code: 4003, reason: 'token_expired', reconnect: true });
    expect(server.hub.sessions.has(client.session.id)).toBe(false);
    expect(other.connection.closed).toBeUndefined();
  });

  it('comes as late as the tolerance says, as for who comes in', async () => {
    const server = await setup({ clockTolerance: 5000 });
    const client = await server.enter('alice', { exp: server.clock.now() / 1000 - 3 });
    server.clock.advance(1000);
    expect(client.connection.closed).toBeUndefined();
    server.clock.advance(1000);
    expect(client.connection.closed).toMatchObject({ code: 4003 });
  });

  it('does not come without exp, nor for anonymous sessions, nor after close', async () => {
    const server = await setup();
    const clients = [await server.enter('alice', { exp: undefined }), server.connect()];
    const late = await server.enter('bob');
    server.clock.advance(10_000);
    server.auth.close();
    server.clock.advance(100_000);
    for (const { connection } of [...clients, late]) expect(connection.closed).toBeUndefined();
  });
});

describe('revoking', () => {
  it('a user ends all their sessions on every transport, and refuses their tokens', async () => {
    const server = await setup();
    const token = await server.token('alice');
    const clients = [await server.enter('alice'), await server.enter('alice', {}, 'sse')];
    const other = await server.enter('bob');
    expect(await server.auth.revokeUser('alice')).toBe(2);
    for (const { connection } of clients)
      expect(connection.closed).toEqual({ code: 4501, reason: 'token_revoked', reconnect: false });
    expect(other.connection.closed).toBeUndefined();
    const handshake = { origin: undefined, host: undefined, address: 'a', token };
    await expect(server.host.admit(handshake)).rejects.toMatchObject({ code: 'token_revoked' });
    server.clock.advance(1000);
    expect(await server.enter('alice')).toBeDefined();
  });

  it('a token ends its sessions alone', async () => {
    const server = await setup();
    const one = await server.enter('alice', { jti: 't1' });
    const other = await server.enter('alice', { jti: 't2' });
    expect(await server.auth.revokeToken('t1', { expiresAt: server.clock.now() + 60_000 })).toBe(1);
    expect(one.connection.closed).toMatchObject({ reason: 'token_revoked' });
    expect(other.connection.closed).toBeUndefined();
  });

  it('also ends a session that was just coming in', async () => {
    const server = await setup();
    const handshake = {
      origin: undefined,
      host: undefined,
      address: 'a',
      token: await server.token('alice'),
    };
    const admission = await server.host.admit(handshake);
    await server.auth.revokeUser('alice');
    const { connection } = server.connect(admission);
    server.clock.advance(1000);
    expect(connection.closed).toMatchObject({ reason: 'token_revoked' });
  });

  it('ends the sessions also when it cannot be stored', async () => {
    const server = await setup();
    const { connection } = await server.enter('alice');
    await server.db.schema.dropTable('revocations').execute();
    await expect(server.auth.revokeUser('alice')).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(connection.closed).toMatchObject({ reason: 'token_revoked' });
  });

  it('is told to a session that refreshes with a revoked token', async () => {
    const server = await setup();
    const client = server.connect();
    await server.auth.revokeToken('t1');
    client.say({ type: 'authenticate', id: 1, token: await server.token('alice', { jti: 't1' }) });
    expect(await reply(client, 1)).toMatchObject({ error: { code: 'token_revoked' } });
    expect(client.connection.closed).toBeUndefined();
  });
});

describe('over servers', () => {
  it('ends the sessions of a revoked token or user at once, and counts them', async () => {
    const here = await setup();
    const there = await setup({ beside: here });
    const alice = [await here.enter('alice', { jti: 't1' }), await there.enter('alice', { jti: 't2' })];
    const bob = await there.enter('bob');
    expect(await here.auth.revokeToken('t2')).toBe(1);
    expect(alice.map(({ connection }) => connection.closed?.reason)).toEqual([undefined, 'token_revoked']);
    await there.enter('alice');
    expect(await there.auth.revokeUser('alice')).toBe(2);
    expect(alice[0]?.connection.closed?.reason).toBe('token_revoked');
    expect(bob.connection.closed).toBeUndefined();
    await expect(here.enter('alice', { iat: here.clock.now() / 1000 - 1 })).rejects.toMatchObject({
      code: 'token_revoked',
    });
  });

  it('reads within a second what was not heard', async () => {
    const here = await setup();
    const there = await setup({ beside: here });
    const client = await there.enter('alice');
    await there.bus.close();
    expect(await here.auth.revokeUser('alice')).toBe(0);
    expect(client.connection.closed).toBeUndefined();
    there.auth.missed();
    there.clock.advance(1000);
    await expect.poll(() => client.connection.closed?.reason).toBe('token_revoked');
  });

  it('asks again what sessions follow by right, when something was not heard', async () => {
    let members = ['alice', 'bob'];
    const server = await setup({
      namespaces: {
        room: { rights: { subscribe: async ({ identity: { user = '' } }) => members.includes(user) } },
      },
    });
    const [alice, bob] = [await server.enter('alice'), await server.enter('bob')];
    for (const client of [alice, bob]) {
      client.say({ type: 'subscribe', id: 1, channels: ['room:1'] });
      await reply(client, 1);
    }
    members = ['alice'];
    server.auth.missed();
    server.clock.advance(1000);
    await expect.poll(() => bob.connection.of('unsubscribed')).toHaveLength(1);
    expect([...alice.session.subscriptions.keys()]).toEqual(['room:1']);
    expect(bob.session.subscriptions.size).toBe(0);
  });

  it('tries again when the database cannot be read', async () => {
    const here = await setup();
    const there = await setup({ beside: here });
    const client = await there.enter('alice');
    const reload = there.revocations.reload.bind(there.revocations);
    there.revocations.reload = () => Promise.reject(new Error('the database is away'));
    await there.bus.close();
    await here.auth.revokeUser('alice');
    there.auth.missed();
    there.clock.advance(1000);
    await expect.poll(() => there.faults).toHaveLength(1);
    there.revocations.reload = reload;
    there.clock.advance(1000);
    await expect.poll(() => client.connection.closed?.reason).toBe('token_revoked');
  });
});

it('answers each command once', async () => {
  const server = await setup();
  const client = server.connect();
  client.say({ type: 'authenticate', id: 1, token: await server.token('alice') });
  await reply(client, 1);
  await settled();
  expect(client.connection.of('reply')).toEqual([anyReply]);
});
