/**
 * The client against a real server: connects, hears, publishes, resumes.
 *
 * @module
 */
import { expect, it } from 'vitest';
import { CutProxy } from '../support/cut-proxy.ts';
import { startServer } from '../support/start-server.ts';
import { hear, openClient, settled } from './support/open-client.ts';

it.each(['websocket', 'sse'] as const)('hears and publishes by %s', async (transport) => {
  const server = await startServer();
  const client = openClient({ url: server.url, transports: [transport] });
  const channel = client.channel<{ said: { n: number } }>('demo:a');
  const heard = hear(channel);
  await settled(channel);
  const receipt = await channel.publish('said', { n: 1 });
  expect(receipt).toMatchObject({ channel: 'demo:a', offset: 1 });
  expect(await heard.next()).toMatchObject({ data: { n: 1 }, meta: { event: 'said', offset: 1 } });
  expect(client.status.getSnapshot()).toMatchObject({ state: 'connected', transport });
});

it.each(['websocket', 'sse'] as const)(
  'begins by %s with the newest, as many as each wants',
  async (transport) => {
    const server = await startServer();
    const backend = openClient({ url: server.url });
    const names = ['demo:a', 'demo:b', 'demo:c'] as const;
    for (const name of names) for (let n = 1; n <= 3; n += 1) await backend.channel(name).publish('said', n);
    const client = openClient({ url: server.url, transports: [transport] });
    const wanted = { 'demo:a': 3, 'demo:b': undefined, 'demo:c': 1 };
    const heard = names.map((name) => hear(client.channel(name, { last: wanted[name] })));
    for (const name of names) await settled(client.channel(name));
    for (const name of names) await backend.channel(name).publish('said', 4);
    const data = async (count: number, index: number) =>
      (await heard[index]?.take(count))?.map((event) => event.data);
    expect(await data(4, 0)).toEqual([1, 2, 3, 4]);
    expect(await data(1, 1)).toEqual([4]);
    expect(await data(2, 2)).toEqual([3, 4]);
  },
);

it.each(['websocket', 'sse'] as const)('resumes by %s after a cut, once and in order', async (transport) => {
  const server = await startServer();
  const proxy = await CutProxy.start(server.url);
  const client = openClient({ url: proxy.url, transports: [transport] });
  const other = openClient({ url: server.url });
  const channel = client.channel<{ said: number }>('demo:a');
  const heard = hear(channel);
  await settled(channel);
  for (let round = 0; round < 3; round += 1) {
    proxy.cut();
    for (let n = 1; n <= 5; n += 1) await other.channel('demo:a').publish('said', round * 5 + n);
  }
  expect((await heard.take(15)).map(({ data }) => data)).toEqual(Array.from({ length: 15 }, (_, n) => n + 1));
});

it.each(['websocket', 'sse'] as const)(
  'loses nothing by %s on a slow line that is cut while much is under way',
  async (transport) => {
    const server = await startServer();
    const proxy = await CutProxy.start(server.url);
    const client = openClient({ url: proxy.url, transports: [transport] });
    const channel = client.channel<{ said: number }>('demo:slow');
    const heard = hear(channel);
    await settled(channel);
    proxy.delay(30);
    const sent = Array.from({ length: 60 }, (_, n) => channel.publish('said', n));
    // Some have been taken and not answered, some have been answered, some are on the way.
    await Promise.race(sent);
    proxy.cut();
    await heard.next();
    proxy.cut();
    const receipts = await Promise.all(sent);
    expect(receipts.map(({ offset }) => offset)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    expect((await heard.take(59)).map(({ data }) => data)).toEqual(
      Array.from({ length: 59 }, (_, n) => n + 1),
    );
  },
);

it('announces a gap, and holds later events back until the snapshot is there', async () => {
  const server = await startServer({
    namespaces: { short: { history: { size: 3 }, rights: { subscribe: 'anyone', publish: 'anyone' } } },
  });
  const proxy = await CutProxy.start(server.url);
  const client = openClient({ url: proxy.url });
  const backend = openClient({ url: server.url });
  const channel = client.channel('short:a');
  const seen: unknown[] = [];
  const loaded = Promise.withResolvers<void>();
  channel.onGap(async ({ since, position }) => {
    seen.push(`gap ${since.split(':')[1]}-${position.split(':')[1]}`);
    await loaded.promise;
    seen.push('snapshot');
  });
  channel.onAny((data) => seen.push(data));
  await settled(channel);
  await backend.channel('short:a').publish('said', 1);
  await expect.poll(() => seen).toEqual([1]);
  proxy.refuse();
  proxy.cut();
  for (let n = 2; n <= 9; n += 1) await backend.channel('short:a').publish('said', n);
  proxy.accept();
  await expect.poll(() => seen).toEqual([1, 'gap 1-9']);
  await backend.channel('short:a').publish('said', 10);
  await channel.history({ last: 1 }).catch(() => {});
  expect(seen).toEqual([1, 'gap 1-9']);
  loaded.resolve();
  await expect.poll(() => seen).toEqual([1, 'gap 1-9', 'snapshot', 10]);
  expect(channel.status.getSnapshot()).toMatchObject({ state: 'live', recovered: false });
});
