import { describe, expect, it } from 'vitest';
import { MemoryPresenceStore } from '../packages/server/src/brokers/memory/memory-presence-store.ts';
import { createPresence } from '../packages/server/src/features/presence/presence.ts';
import { NativeClient } from './support/native-client.ts';
import { startCore, type TestClaims, testIdentity, testToken } from './support/start-core.ts';
import { onTeardown } from './support/teardown.ts';

const TTL = 60_000;
const GRACE = 5000;

async function setUp(store = new MemoryPresenceStore()) {
  const running = await startCore({
    room: { presence: true, rights: { subscribe: 'anyone' } },
    plain: { rights: { subscribe: 'anyone' } },
    team: { presence: true, rights: { subscribe: 'anyone', presence: 'granted' } },
  });
  const { core, broker, clock, errors } = running;
  const presence = createPresence({
    core,
    broker,
    clock,
    store,
    node: 'here',
    ttl: TTL,
    grace: GRACE,
    onError: (error) => errors.push(error),
  });
  onTeardown(() => {
    presence.close();
    expect(errors).toEqual([]);
  });
  const url = await running.listen();
  const connect = (user?: string, claims?: TestClaims) =>
    NativeClient.welcomed(url, { token: user && testToken(user, claims) });
  /** Closes a client and waits until the server knows. */
  const leave = async (client: NativeClient) => {
    const ended = Promise.withResolvers<void>();
    core.hub.observe({ closed: () => ended.resolve() });
    client.ws.terminate();
    await ended.promise;
  };
  return { ...running, presence, store, connect, leave };
}

const told = async (client: NativeClient) => {
  const { channel, event, data } = await client.event();
  return [channel, event, data];
};

describe('presence', () => {
  it('tells who comes to a channel and, after the grace, who has gone', async () => {
    const { connect, leave, clock } = await setUp();
    const watcher = await connect('watcher');
    await watcher.subscribe('presence:room:1');
    const alice = await connect('alice', { info: { name: 'Alice' } });
    await alice.subscribe('room:1');
    expect(await told(watcher)).toEqual([
      'presence:room:1',
      'join',
      { user: 'alice', info: { name: 'Alice' } },
    ]);
    await leave(alice);
    clock.advance(GRACE - 1);
    expect((await watcher.ask('presence', { channel: 'room:1' })).data?.members).toHaveLength(1);
    clock.advance(1);
    expect(await told(watcher)).toEqual(['presence:room:1', 'leave', { user: 'alice' }]);
    expect((await watcher.ask('presence', { channel: 'room:1' })).data?.members).toEqual([]);
  });

  it('counts a user once, however many sessions it has', async () => {
    const { connect, leave, clock } = await setUp();
    const watcher = await connect('watcher');
    await watcher.subscribe('presence:room:1');
    const first = await connect('alice');
    const second = await connect('alice');
    await first.subscribe('room:1');
    await second.subscribe('room:1');
    await second.subscribe('room:1');
    expect((await watcher.ask('presence', { channel: 'room:1' })).data?.members).toEqual([
      { user: 'alice', sessions: 2, since: clock.now() },
    ]);
    await leave(first);
    clock.advance(GRACE);
    expect((await watcher.ask('presence', { channel: 'room:1' })).data?.members).toMatchObject([
      { user: 'alice', sessions: 1 },
    ]);
    await second.ask('unsubscribe', { channels: ['room:1'] });
    clock.advance(GRACE);
    expect([await told(watcher), await told(watcher)]).toEqual([
      ['presence:room:1', 'join', { user: 'alice' }],
      ['presence:room:1', 'leave', { user: 'alice' }],
    ]);
  });

  it('says nothing of a page that is reloaded', async () => {
    const { connect, leave, clock } = await setUp();
    const watcher = await connect('watcher');
    await watcher.subscribe('presence:room:1');
    const alice = await connect('alice');
    await alice.subscribe('room:1');
    await leave(alice);
    clock.advance(GRACE - 1);
    await (await connect('alice')).subscribe('room:1');
    clock.advance(10 * GRACE);
    await (await connect('bob')).subscribe('room:1');
    expect([await told(watcher), await told(watcher)]).toEqual([
      ['presence:room:1', 'join', { user: 'alice' }],
      ['presence:room:1', 'join', { user: 'bob' }],
    ]);
  });

  it('gives a list and a position that fit together', async () => {
    const { connect } = await setUp();
    const alice = await connect('alice');
    await alice.subscribe('room:1');
    const watcher = await connect('watcher');
    const { data } = await watcher.ask('presence', { channel: 'room:1' });
    expect(data).toMatchObject({ channel: 'room:1', members: [{ user: 'alice' }] });
    await (await connect('bob')).subscribe('room:1');
    const [answer] = await watcher.subscribe({ channel: 'presence:room:1', since: data?.position });
    expect(answer?.recovered).toBe(true);
    expect(answer?.events?.map(({ event, data }) => [event, data])).toEqual([['join', { user: 'bob' }]]);
  });

  it('stays exact while many come and go', async () => {
    const { connect, clock } = await setUp();
    const clients = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((user) => connect(user)));
    const watcher = await connect('watcher');
    for (let round = 0; round < 10; round += 1) {
      for (const [index, client] of clients.entries()) {
        const type = (round + index) % 3 === 0 ? 'unsubscribe' : 'subscribe';
        client.send({ type, channels: ['room:1'] });
      }
      const asked = await watcher.ask('presence', { channel: 'room:1' });
      await Promise.all(clients.map((client) => client.ask('ping')));
      clock.advance(GRACE);
      const list = asked.data as { position: string; members: { user: string }[] };
      const users = new Set(list.members.map(({ user }) => user));
      const now = await watcher.ask('presence', { channel: 'room:1' });
      const [answer] = await watcher.subscribe({ channel: 'presence:room:1', since: list.position });
      expect(answer?.recovered).toBe(true);
      for (const { event, data } of answer?.events ?? []) {
        const { user } = data as { user: string };
        if (event === 'join') users.add(user);
        else users.delete(user);
      }
      const members = now.data?.members as { user: string }[];
      expect([...users].sort()).toEqual(members.map(({ user }) => user).sort());
    }
  });

  it('asks for the right to the presence of the channel', async () => {
    const { connect } = await setUp();
    const bob = await connect('bob');
    expect((await bob.ask('presence', { channel: 'team:1' })).error?.code).toBe('forbidden');
    expect((await bob.ask('subscribe', { channels: ['presence:team:1'] })).error?.code).toBe('forbidden');
    expect((await bob.ask('history', { channel: 'presence:team:1' })).error?.code).toBe('forbidden');
    const allowed = await connect('alice', { grants: [{ pattern: 'team:*', rights: ['presence'] }] });
    expect((await allowed.ask('presence', { channel: 'team:1' })).ok).toBe(true);
    expect(await allowed.subscribe('presence:team:1')).toMatchObject([{ channel: 'presence:team:1' }]);
    const publish = { channel: 'presence:team:1', event: 'join', data: { user: 'eve' } };
    expect((await allowed.ask('publish', publish)).error?.code).toBe('forbidden');
  });

  it('refuses channels that keep no presence', async () => {
    const { connect, presence } = await setUp();
    const bob = await connect('bob');
    const asked = async (type: string, fields: object) => (await bob.ask(type, { ...fields })).error?.code;
    expect(await asked('presence', { channel: 'plain:1' })).toBe('no_presence');
    expect(await asked('presence', { channel: 'nowhere:1' })).toBe('unknown_namespace');
    expect(await asked('presence', { channel: 'presence:room:1' })).toBe('no_presence');
    expect(await asked('presence', { channel: `room:${'x'.repeat(160)}` })).toBe('bad_channel');
    expect(await asked('subscribe', { channels: ['presence:plain:1'] })).toBe('no_presence');
    expect(await asked('subscribe', { channels: ['presence:nowhere:1'] })).toBe('unknown_namespace');
    await expect(presence.list('plain:1')).rejects.toMatchObject({ code: 'no_presence' });
    await bob.subscribe(`room:${'x'.repeat(160)}`);
  });

  it('shows an anonymous session under its own name, and moves it when it authenticates', async () => {
    const { connect, core } = await setUp();
    const watcher = await connect('watcher');
    await watcher.subscribe('presence:room:1');
    const someone = await connect();
    await someone.subscribe('room:1');
    const session = [...core.hub.sessions.values()].at(-1);
    if (!session) throw new Error('no session');
    const name = `anonymous:${session.id}`;
    core.hub.identify(session, testIdentity('alice', { info: 1 }));
    core.hub.identify(session, testIdentity('alice', { info: 2 }));
    const events = [await told(watcher), await told(watcher), await told(watcher)].map(([, ...rest]) => rest);
    expect(events[0]).toEqual(['join', { user: name }]);
    expect(events.slice(1)).toEqual(
      expect.arrayContaining([
        ['leave', { user: name }],
        ['join', { user: 'alice', info: 2 }],
      ]),
    );
    expect((await watcher.ask('presence', { channel: 'room:1' })).data?.members).toMatchObject([
      { user: 'alice', sessions: 1, info: 2 },
    ]);
  });

  it('leaves nothing of sessions that have ended', async () => {
    const { connect, leave, clock, presence, store } = await setUp();
    const timers = clock.timers;
    for (let round = 0; round < 5; round += 1) {
      const client = await connect(`user-${round}`);
      await client.subscribe('room:1', 'room:2');
      await leave(client);
    }
    clock.advance(GRACE);
    expect((await presence.list('room:1')).members).toEqual([]);
    expect((await presence.list('room:2')).members).toEqual([]);
    expect(clock.timers).toBe(timers);
    clock.advance(10 * TTL);
    expect(await store.expired(clock.now())).toEqual([]);
  });

  it('tells that the members of a dead node have gone, but not those who are here too', async () => {
    const { connect, clock, store } = await setUp();
    const there = { channel: 'room:1', node: 'there', sessions: 1, info: undefined, at: clock.now() };
    await store.touch({ ...there, user: 'alice' }, clock.now() + TTL);
    await store.touch({ ...there, user: 'bob' }, clock.now() + TTL);
    const watcher = await connect('watcher');
    await watcher.subscribe('presence:room:1');
    await (await connect('alice')).subscribe('room:1');
    clock.advance(TTL);
    expect(await told(watcher)).toEqual(['presence:room:1', 'leave', { user: 'bob' }]);
    expect((await watcher.ask('presence', { channel: 'room:1' })).data?.members).toMatchObject([
      { user: 'alice', sessions: 1 },
    ]);
  });

  it('says all again when its own lease had run out', async () => {
    const { connect, clock, store } = await setUp();
    const watcher = await connect('watcher');
    await watcher.subscribe('presence:room:1');
    await (await connect('alice')).subscribe('room:1');
    expect(await told(watcher)).toEqual(['presence:room:1', 'join', { user: 'alice' }]);
    // Another node took this one for dead while it stood still.
    await store.leave({ channel: 'room:1', user: 'alice', node: 'here' });
    clock.set(clock.now() + 2 * TTL);
    clock.advance(0);
    expect(await told(watcher)).toEqual(['presence:room:1', 'join', { user: 'alice' }]);
  });
});
