/**
 * Who is on a channel, and who types there, as the client keeps it.
 *
 * @module
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tokenFor } from '../support/credentials.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { startServer } from '../support/start-server.ts';
import { errorsOf, hear, openClient, settled, until } from './support/open-client.ts';

const KIT = join(import.meta.dirname, '../support/counting-kit.ts');

const start = () => startServer({ kits: [KIT], presence: { grace: 50 }, typing: { ttl: 400 } });

const names = (members: readonly { readonly user: string }[]) => members.map(({ user }) => user).sort();

it.each(['websocket', 'sse'] as const)('keeps a live member list by %s', async (transport) => {
  const server = await start();
  const open = (user: string) =>
    openClient({
      url: server.url,
      transports: [transport],
      token: () => tokenFor(user, { info: { name: user } }),
    });
  const alice = open('alice').channel('talk:a');
  hear(alice);
  await settled(alice);
  const bobs = open('bob');
  const bob = bobs.channel('talk:a');
  const off = bob.presence.subscribe(() => {});
  expect(names(await until(bob.presence, (members) => members.length === 1))).toEqual(['alice']);
  const heard = hear(bob);
  expect(names(await until(bob.presence, (members) => members.length === 2))).toEqual(['alice', 'bob']);
  expect(bob.presence.ready()).toBe(true);
  const carols = open('carol');
  hear(carols.channel('talk:a'));
  const three = await until(bob.presence, (members) => members.length === 3);
  expect(three.find(({ user }) => user === 'carol')?.info).toEqual({ name: 'carol' });
  await carols.close();
  await until(bob.presence, (members) => members.length === 2);
  off();
  expect(bob.presence.getSnapshot()).toEqual([]);
  heard.off();
  expect(errorsOf(bobs)).toEqual([]);
});

it('knows after a tunnel who has come and gone', async () => {
  const server = await start();
  const proxy = await CutProxy.start(server.url);
  const bob = openClient({ url: proxy.url, token: () => tokenFor('bob') }).channel('talk:a');
  hear(bob);
  bob.presence.subscribe(() => {});
  await until(bob.presence, (members) => members.length === 1);
  const alice = openClient({ url: server.url, token: () => tokenFor('alice') });
  hear(alice.channel('talk:a'));
  await until(bob.presence, (members) => members.length === 2);
  proxy.refuse();
  proxy.cut();
  await alice.close();
  const carol = openClient({ url: server.url, token: () => tokenFor('carol') }).channel('talk:a');
  hear(carol);
  carol.presence.subscribe(() => {});
  await until(
    carol.presence,
    (members) => !names(members).includes('alice') && !names(members).includes('bob'),
  );
  proxy.accept();
  expect(names(await until(bob.presence, (members) => names(members).join() === 'bob,carol'))).toEqual([
    'bob',
    'carol',
  ]);
});

it.each(['websocket', 'sse'] as const)(
  'says by %s who types, not oneself, and ends by itself',
  async (transport) => {
    const server = await start();
    const open = (user: string) =>
      openClient({ url: server.url, transports: [transport], token: () => tokenFor(user) }).channel('talk:a');
    const [alice, bob] = [open('alice'), open('bob')];
    for (const channel of [alice, bob]) {
      hear(channel);
      channel.typing.subscribe(() => {});
      await settled(channel);
    }
    await expect
      .poll(async () => {
        alice.typing.start();
        return bob.typing.getSnapshot();
      })
      .toEqual(['alice']);
    expect(alice.typing.getSnapshot()).toEqual([]);
    alice.typing.stop();
    await until(bob.typing, (users) => users.length === 0);
    alice.typing.start();
    await until(bob.typing, (users) => users.length === 1);
    // Nobody presses a key any more, and the server's mark ends.
    await until(bob.typing, (users) => users.length === 0);
  },
);

it('tells why there is no list', async () => {
  const server = await startServer();
  const client = openClient({ url: server.url, token: () => tokenFor('alice') });
  client.channel('nowhere:a').presence.subscribe(() => {});
  await expect.poll(() => errorsOf(client).map(({ code }) => code)).toContain('unknown_namespace');
});
