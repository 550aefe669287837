/**
 * What is done without a connection: kept, sent in order when it is back, and never given up silently.
 *
 * @module
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { counts } from '../support/counting-kit.ts';
import { tokenFor } from '../support/credentials.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { startServer } from '../support/start-server.ts';
import { errorsOf, hear, openClient, settled, until } from './support/open-client.ts';

const KIT = join(import.meta.dirname, '../support/counting-kit.ts');

async function behindProxy(options: Parameters<typeof startServer>[0] = {}) {
  const server = await startServer({ kits: [KIT], ...options });
  const proxy = await CutProxy.start(server.url);
  return { server, proxy };
}

it.each(['websocket', 'sse'] as const)(
  'sends by %s in order what was published in the tunnel',
  async (transport) => {
    const { server, proxy } = await behindProxy();
    const listener = openClient({ url: server.url });
    const heard = hear(listener.channel('talk:a'));
    await settled(listener.channel('talk:a'));
    proxy.refuse();
    const client = openClient({ url: proxy.url, transports: [transport] });
    const sent = Array.from({ length: 120 }, (_, n) => client.channel('talk:a').publish('said', n));
    await until(client.status, ({ state }) => state === 'waiting');
    expect(client.pending.getSnapshot().entries).toHaveLength(120);
    proxy.accept();
    const receipts = await Promise.all(sent);
    expect(receipts.map(({ offset }) => offset)).toEqual(Array.from({ length: 120 }, (_, n) => n + 1));
    expect((await heard.take(120)).map(({ data }) => data)).toEqual(Array.from({ length: 120 }, (_, n) => n));
    expect(client.pending.getSnapshot().entries).toEqual([]);
  },
);

it('sends a backlog in order to a server that asks for patience', async () => {
  const { server } = await behindProxy({ limits: { commandsPerSecond: 200, commandBurst: 20 } });
  const listener = openClient({ url: server.url });
  const heard = hear(listener.channel('talk:a'));
  await settled(listener.channel('talk:a'));
  const client = openClient({ url: server.url });
  for (let n = 0; n < 150; n += 1) void client.channel('talk:a').publish('said', n);
  expect((await heard.take(150)).map(({ data }) => data)).toEqual(Array.from({ length: 150 }, (_, n) => n));
});

it.each(['websocket', 'sse'] as const)(
  'runs a command once by %s, however often its answer is lost',
  async (transport) => {
    const { proxy } = await behindProxy();
    const client = openClient({ url: proxy.url, transports: [transport], token: () => tokenFor('alice') });
    await client.connect();
    for (let n = 1; n <= 10; n += 1) {
      const answer = client.command<{ total: number }>('count', { name: `lost-${transport}` });
      // At whatever moment it is: before it was taken, or before it was answered.
      await new Promise((resolve) => setImmediate(resolve));
      proxy.cut();
      expect(await answer).toEqual({ total: n });
    }
    expect(counts.get(`lost-${transport}`)).toBe(10);
  },
);

it('rejects what the server refuses for good, and tells of it', async () => {
  const { server } = await behindProxy();
  const client = openClient({ url: server.url });
  const undelivered: unknown[] = [];
  client.on('undelivered', ({ entry, error }) => undelivered.push([entry.key, error.code]));
  await expect(client.channel('nowhere:a').publish('said', 1, { key: 'k1' })).rejects.toMatchObject({
    name: 'ClientError',
    code: 'unknown_namespace',
  });
  await expect(client.command('no-such-command')).rejects.toMatchObject({ code: 'unknown_command' });
  expect(undelivered[0]).toEqual(['k1', 'unknown_namespace']);
});

it('shares a key that is under way, and refuses it with other content', async () => {
  const { server, proxy } = await behindProxy();
  proxy.refuse();
  const client = openClient({ url: proxy.url });
  const channel = client.channel('talk:a');
  const first = channel.publish('said', 1, { key: 'k' });
  const again = channel.publish('said', 1, { key: 'k' });
  await expect(channel.publish('said', 2, { key: 'k' })).rejects.toMatchObject({ code: 'key_conflict' });
  proxy.accept();
  expect(await again).toEqual(await first);
  await expect(
    openClient({ url: server.url }).channel('talk:a').publish('said', 2, { key: 'k' }),
  ).rejects.toMatchObject({ code: 'key_conflict' });
});

it('gives up by abort, size, age and closing, each with its code', async () => {
  const { proxy } = await behindProxy();
  proxy.refuse();
  const client = openClient({ url: proxy.url, outbox: { maxSize: 2, maxAge: 300 } });
  const channel = client.channel('talk:a');
  const abort = new AbortController();
  const aborted = channel.publish('said', 1, { signal: abort.signal });
  const old = channel.publish('said', 2);
  await expect(channel.publish('said', 3)).rejects.toMatchObject({ code: 'outbox_full' });
  abort.abort();
  await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
  await expect(channel.publish('said', 4, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'aborted',
  });
  await expect(old).rejects.toMatchObject({ code: 'too_old' });
  const left = channel.publish('said', 5);
  await client.close();
  await expect(left).rejects.toMatchObject({ code: 'closed' });
  await expect(channel.publish('said', 6)).rejects.toMatchObject({ code: 'closed' });
  await expect(channel.history()).rejects.toMatchObject({ code: 'closed' });
  await expect(client.connect()).rejects.toMatchObject({ code: 'closed' });
});

it('does not keep what is not to be kept', async () => {
  const { server, proxy } = await behindProxy();
  proxy.refuse();
  const client = openClient({ url: proxy.url });
  await expect(client.channel('talk:a').publish('said', 1, { offline: false })).rejects.toMatchObject({
    code: 'not_connected',
  });
  const other = openClient({ url: server.url });
  await other.connect();
  expect(await other.channel('talk:a').publish('said', 1, { offline: false })).toMatchObject({ offset: 1 });
});

it('refuses at once what no server takes, so that it spoils nothing else', async () => {
  const { server } = await behindProxy();
  const client = openClient({ url: server.url });
  await client.connect();
  const channel = client.channel('talk:a');
  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const answers = await Promise.allSettled([
    channel.publish('said', 'before'),
    channel.publish('said', circular),
    channel.publish('said', JSON.parse('{"__proto__":1}')),
    channel.publish('said', JSON.parse('{"constructor":{"a":{},"prototype":1}}')),
    channel.publish('said', deep(40)),
    channel.publish('said', deep(31)),
    channel.publish('said', 'x'.repeat(70_000)),
    channel.publish('said', 'ü'.repeat(20_000)),
    channel.publish('said', 'after'),
  ]);
  expect(answers.map((answer) => (answer.status === 'fulfilled' ? 'ok' : answer.reason.code))).toEqual([
    'ok',
    'invalid_request',
    'forbidden_key',
    'forbidden_key',
    'message_too_deep',
    'ok',
    'message_too_large',
    'ok',
    'ok',
  ]);
  expect(errorsOf(client)).toEqual([]);
  expect(client.status.getSnapshot().state).toBe('connected');
});

it.each([true, false])(
  'sends by SSE what its own user did without a connection, following: %s',
  async (following) => {
    const { proxy } = await behindProxy();
    const client = openClient({ url: proxy.url, transports: ['sse'], token: () => tokenFor('alice') });
    const channel = client.channel('talk:a');
    const off = channel.subscribe();
    await until(client.status, ({ user }) => user === 'alice');
    client.disconnect();
    if (!following) off();
    const sent = channel.publish('said', 1);
    expect(client.pending.getSnapshot().entries).toMatchObject([{ user: 'alice' }]);
    await client.connect();
    expect(await sent).toMatchObject({ offset: 1 });
  },
);

it('keeps what one user did from being sent for another', async () => {
  const { proxy } = await behindProxy();
  let user = 'alice';
  const client = openClient({ url: proxy.url, token: () => tokenFor(user) });
  await client.connect();
  client.disconnect();
  const sent = client.channel('talk:a').publish('said', 'by alice');
  user = 'bob';
  await client.connect();
  await client.channel('talk:a').publish('said', 'by bob');
  expect(client.pending.getSnapshot().entries).toMatchObject([{ user: 'alice' }]);
  client.disconnect();
  user = 'alice';
  await client.connect();
  await sent;
  const { events } = await client.channel('talk:a').history();
  expect(events.map((event) => [event.user, event.data])).toEqual([
    ['bob', 'by bob'],
    ['alice', 'by alice'],
  ]);
});
