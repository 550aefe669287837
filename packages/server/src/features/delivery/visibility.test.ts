import { expect, onTestFinished, test } from 'vitest';
import { MemoryBus } from '../../brokers/memory/memory-bus.ts';
import { NodeCalls } from '../../core/node-calls.ts';
import { createTestCore, settled, someone } from '../../core/testing/test-core.ts';
import { UserSessions } from '../user-sessions/user-sessions.ts';
import { Visibility } from './visibility.ts';

/** Servers of these names that reach one another. */
async function servers(...names: readonly string[]) {
  const all = new Set<MemoryBus>();
  return Promise.all(
    names.map(async (name) => {
      const core = await createTestCore({ namespaces: { user: { rights: { subscribe: 'owner' } } } });
      const bus = new MemoryBus(name, all);
      await bus.start();
      onTestFinished(() => bus.close());
      const nodes = new NodeCalls({ bus, clock: core.clock, onError: () => {} });
      const userSessions = new UserSessions();
      core.hub.observe(userSessions);
      const visibility = new Visibility(userSessions, nodes);
      core.dispatch.add(visibility.command);
      const open = async (user: string) => {
        const client = core.connect({ identity: someone(user) });
        client.say({ type: 'subscribe', id: 1, channels: [`user:${user}`] });
        await settled();
        return client;
      };
      return { bus, core, open, visibility };
    }),
  );
}

test('a user has the app before them on whatever server it is open', async () => {
  const [a, b] = (await servers('a', 'b')) as [Server, Server];
  await a.open('alice');
  const bob = await b.open('bob');
  const among = async () => [...(await a.visibility.among(['alice', 'bob', 'carol']))].sort();
  expect(await among()).toEqual(['alice', 'bob']);
  bob.say({ type: 'visibility', id: 2, data: { hidden: true } });
  await settled();
  expect(await among()).toEqual(['alice']);
  bob.say({ type: 'visibility', id: 3, data: { hidden: false } });
  await settled();
  expect(await among()).toEqual(['alice', 'bob']);
});

test('nobody else is asked about who is here', async () => {
  const [a] = (await servers('a', 'b')) as [Server];
  await a.open('alice');
  a.bus.tell = () => Promise.reject(new Error('asked'));
  expect([...(await a.visibility.among(['alice']))]).toEqual(['alice']);
  expect([...(await a.visibility.among([]))]).toEqual([]);
});

type Server = Awaited<ReturnType<typeof servers>>[number];
