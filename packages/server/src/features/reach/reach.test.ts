import { expect, onTestFinished, test } from 'vitest';
import { MemoryBus } from '../../brokers/memory/memory-bus.ts';
import { NodeCalls } from '../../core/node-calls.ts';
import { createTestCore, someone } from '../../core/testing/test-core.ts';
import { UserSessions } from '../user-sessions/user-sessions.ts';
import { Reach } from './reach.ts';

/** Two servers that reach each other. */
async function two() {
  const all = new Set<MemoryBus>();
  const errors: unknown[] = [];
  const node = async (name: string) => {
    const core = await createTestCore();
    const bus = new MemoryBus(name, all);
    await bus.start();
    onTestFinished(() => bus.close());
    const onError = (error: unknown) => errors.push(error);
    const nodes = new NodeCalls({ bus, clock: core.clock, onError });
    const userSessions = new UserSessions();
    core.hub.observe(userSessions);
    const reach = new Reach({ core, userSessions, nodes, onError });
    return { bus, core, reach, as: (user: string) => core.connect({ identity: someone(user) }) };
  };
  return { a: await node('a'), b: await node('b'), errors };
}

test('all sessions of a user are ended, to come back or not', async () => {
  const { a, b } = await two();
  const alice = [a.as('alice'), b.as('alice'), b.as('alice')];
  const bob = b.as('bob');
  expect(await a.reach.disconnectUser('alice', 'kicked')).toBe(3);
  for (const { connection } of alice)
    expect(connection.closed).toEqual({ code: 4502, reason: 'kicked', reconnect: false });
  expect(bob.connection.closed).toBeUndefined();
  expect(await b.reach.disconnectUser('alice', 'disconnected')).toBe(0);
});

test('a session is ended wherever it is', async () => {
  const { a, b } = await two();
  const here = a.as('alice');
  const there = b.as('alice');
  expect(await a.reach.disconnectSession(there.session.id, 'disconnected')).toBe(true);
  expect(there.connection.closed).toMatchObject({ reason: 'disconnected' });
  expect(await a.reach.disconnectSession(there.session.id, 'disconnected')).toBe(false);
  expect(await a.reach.disconnectSession(here.session.id, 'kicked')).toBe(true);
});

test('all sessions of a user follow a channel, and leave it', async () => {
  const { a, b, errors } = await two();
  const [one, other, bob] = [a.as('alice'), b.as('alice'), b.as('bob')];
  await b.reach.followUser('alice', ['room:1', 'room:2']);
  expect([...one.session.subscriptions.keys()]).toEqual(['room:1', 'room:2']);
  expect([...other.session.subscriptions.keys()]).toEqual(['room:1', 'room:2']);
  expect(bob.session.subscriptions.size).toBe(0);
  await a.reach.unfollowUser('alice', ['room:1', 'room:3']);
  expect([...one.session.subscriptions.keys()]).toEqual(['room:2']);
  expect([...other.session.subscriptions.keys()]).toEqual(['room:2']);
  expect(errors).toEqual([]);
});

test('only sessions of a dialect follow, when it is named', async () => {
  const { a, b } = await two();
  const session = b.as('alice').session;
  await a.reach.followUser('alice', ['room:1'], { dialect: 'another' });
  expect(session.subscriptions.size).toBe(0);
  await a.reach.followUser('alice', ['room:1'], { dialect: session.wire.dialect.name, byRight: true });
  expect(session.subscriptions.get('room:1')?.byRight).toBe(true);
});

test('who asks is told when a server could not be asked', async () => {
  const { a, b } = await two();
  const session = a.as('alice');
  b.bus.tell = () => new Promise(() => {});
  const ended = a.reach.disconnectUser('alice', 'kicked');
  a.core.clock.advance(1000);
  await expect(ended).rejects.toMatchObject({ code: 'unavailable' });
  expect(session.connection.closed).toBeDefined();
});
