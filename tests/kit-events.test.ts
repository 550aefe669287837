import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ChannelEvent, Counter, defineKit } from '../packages/server/src/kit.ts';
import { Api } from './support/api.ts';
import { open } from './support/kit-parts.ts';
import { NativeClient } from './support/native-client.ts';
import { startKits } from './support/start-kits.ts';
import { startServer } from './support/start-server.ts';

const METERED = join(import.meta.dirname, 'support/metered-kit.ts');

describe('what a kit counts', () => {
  it('is every event that was published, and to how many it was given', async () => {
    const published: ChannelEvent[] = [];
    const delivered: [string, number][] = [];
    const kit = defineKit({
      name: 'counter',
      namespaces: { room: open },
      onPublished: (event) => void published.push(event),
      onDelivered: ({ channel }, sessions) => void delivered.push([channel, sessions]),
    });
    const { url, core } = await startKits([kit]);
    const clients = [await NativeClient.welcomed(url), await NativeClient.welcomed(url)];
    for (const client of clients) await client.subscribe('room:1');
    await core.publisher.publish({ channel: 'room:1', event: 'said', data: 'hi' });
    await core.publisher.publish({ channel: 'room:2', event: 'said', data: 'nobody there' });
    for (const client of clients) await client.event();
    expect(published.map(({ channel, data }) => [channel, data])).toEqual([
      ['room:1', 'hi'],
      ['room:2', 'nobody there'],
    ]);
    expect(delivered).toEqual([['room:1', 2]]);
  });

  it('may fail without an event being held up', async () => {
    const kit = defineKit({
      name: 'clumsy',
      namespaces: { room: open },
      onPublished() {
        throw new Error('cannot count');
      },
    });
    const { url, core, logged } = await startKits([kit]);
    const client = await NativeClient.welcomed(url);
    await client.subscribe('room:1');
    await core.publisher.publish({ channel: 'room:1', event: 'said', data: 'hi' });
    expect(await client.event()).toMatchObject({ data: 'hi' });
    expect(logged).toContainEqual(
      expect.objectContaining({ kit: 'clumsy', msg: 'onPublished failed', channel: 'room:1' }),
    );
  });
});

it('what a kit counts stands at /metrics', async () => {
  const { url, apiKey } = await startServer({ kits: [METERED] });
  const { text } = await new Api({ url, bearer: apiKey }).get('//metrics');
  expect(text).toContain('\nmetered_cups_total 3\n');
  expect(text).toContain('tidings_connections');
});

it('a kit whose metric has a name that is taken is refused by name', async () => {
  const kit = defineKit({
    name: 'greedy',
    onStart: ({ metrics }) => {
      new Counter({ name: 'cups_total', help: 'Cups.', registers: [metrics] });
      new Counter({ name: 'cups_total', help: 'Cups.', registers: [metrics] });
    },
  });
  await expect(startKits([kit])).rejects.toThrow('Kit "greedy": A metric with the name cups_total');
});

it('a kit is told of the end once, after its last job, while there is a database', async () => {
  const ends: unknown[] = [];
  const kit = defineKit({
    name: 'tidy',
    async onStop({ db }) {
      ends.push(await db.introspection.getTables());
    },
  });
  const { kits } = await startKits([kit]);
  await kits[0]?.stop();
  expect(ends).toHaveLength(1);
});
