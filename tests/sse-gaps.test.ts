/**
 * Streams of which some channels can be resumed and others cannot: wherever such a stream is cut while it comes back, a
 * client hears each event once, and none that lies in a gap of which it was told.
 *
 * @module
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Api } from './support/api.ts';
import { BARE_API_KEY, startBareServer } from './support/bare-server.ts';
import { faultsOf } from './support/checker.ts';
import { type Block, openStream } from './support/event-stream.ts';
import { Hearing } from './support/hearing.ts';
import { type Acknowledged, MARK_EVENT } from './support/publishers.ts';
import { startServer } from './support/start-server.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

/** One client over all its connections. */
class Listener {
  readonly hearing = new Hearing();
  readonly #url: string;
  readonly #query: string;
  #cursor: string | undefined;

  constructor(url: string, query: string, cursor?: string) {
    this.#url = url;
    this.#query = query;
    this.#cursor = cursor;
  }

  /** Connects, takes so many blocks, or all until an event, and is cut. @returns how many it took. */
  async take(until: number | { readonly id: string }): Promise<number> {
    const headers = this.#cursor === undefined ? {} : { 'last-event-id': this.#cursor };
    const stream = await openStream(this.#url, this.#query, headers as Record<string, string>);
    for (let count = 1; ; count += 1) {
      const block = await stream.next();
      this.#hear(block);
      if (typeof until === 'number' ? count < until : block.data?.id !== until.id) continue;
      stream.cut();
      return count;
    }
  }

  #hear({ event, id, data }: Block): void {
    this.#cursor = id ?? this.#cursor;
    if (event === 'welcome') {
      for (const { channel, position, recovered } of (data as unknown as Welcome).channels)
        if (!recovered) this.hearing.told(channel, position);
    } else {
      const { payload, ...meta } = data as { readonly payload: unknown };
      this.hearing.heard({ ...meta, data: payload } as never);
    }
  }
}

interface Welcome {
  readonly channels: readonly { channel: string; position: string; recovered: boolean }[];
}

/** Publishes what a {@link faultsOf} can check. */
class Backend {
  readonly acknowledged: Acknowledged[] = [];
  readonly api: Api;

  constructor(url: string, apiKey: string) {
    this.api = new Api({ url, bearer: apiKey });
  }

  async publish(channel: string, size = 0): Promise<Acknowledged> {
    const mark = { publisher: 1, n: this.acknowledged.length + 1 };
    const receipt = await this.api.publish(channel, MARK_EVENT, { ...mark, filler: 'x'.repeat(size) });
    const acknowledged = { ...receipt, ...mark };
    this.acknowledged.push(acknowledged);
    return acknowledged;
  }
}

it('a gap that was told is not filled later, when a stream is cut while it comes back after a restart', async () => {
  const data = temporaryDirectory();
  const options = {
    data,
    namespaces: {
      journal: { durable: true, rights: { subscribe: 'anyone' } },
      memory: { rights: { subscribe: 'anyone' } },
    },
  } as const;
  const query = 'channels=journal:a,memory:a';
  const first = await startServer(options);
  const before = new Backend(first.url, first.apiKey);
  const stream = await openStream(first.url, query);
  await stream.next('welcome');
  await before.publish('journal:a');
  const { id: cursor } = await stream.next();
  stream.cut();
  await before.publish('journal:a');
  await first.stop();

  const second = await startServer(options);
  const after = new Backend(second.url, second.apiKey);
  await after.publish('journal:a');
  for (let n = 0; n < 2; n += 1) await after.publish('memory:a');
  const end = await after.publish('journal:a');
  const acknowledged = [...before.acknowledged.slice(1), ...after.acknowledged];
  const blocks = await new Listener(second.url, query, cursor).take(end);
  for (let cut = 1; cut <= blocks; cut += 1) {
    const listener = new Listener(second.url, query, cursor);
    await listener.take(cut);
    if (cut < blocks) await listener.take(end);
    expect(faultsOf(listener.hearing, acknowledged), `cut after block ${cut}`).toEqual([]);
  }
});

const CHANNELS = ['public:a', 'public:b', 'short:a', 'short:b'];

/** Never cleared: its newest event is the last of a catch-up. */
const LAST = 'public:last';

/** What happens to the channels: an event, or the past of one goes, as that of a memory channel does in a restart. */
const happening = fc.record({
  channel: fc.constantFrom(...CHANNELS),
  what: fc.constantFrom('publish', 'publish', 'publish', 'clear'),
});

it.each(['cursor', 'positions'])(
  'wherever it is cut, a stream that resumes by its %s repeats nothing, loses nothing and fills no gap',
  async (by) => {
    const { url } = await startBareServer({
      namespaces: { short: { history: { size: 2 }, rights: { subscribe: 'anyone' } } },
    });
    const channels = [...CHANNELS, LAST];
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { maxLength: 5 }),
        fc.array(happening, { minLength: 1, maxLength: 12 }),
        fc.array(happening, { maxLength: 6 }),
        fc.constantFrom(0, 2),
        async (before, missed, meanwhile, last) => {
          const backend = new Backend(url, BARE_API_KEY);
          const happen = async (happenings: typeof before) => {
            for (const { channel, what } of happenings) {
              if (what === 'publish') await backend.publish(channel);
              else await backend.api.call('DELETE', `/channels/${channel}/history`);
            }
            return backend.publish(LAST);
          };
          await happen(before);
          let query = `channels=${channels}&last=${last}`;
          const start = await openStream(url, query.replace(/last=.*/, 'last=0'));
          const { id, data } = await start.next('welcome');
          start.cut();
          const { channels: told } = data as unknown as Welcome;
          if (by === 'positions') query += `&since=${told.map(({ position }) => position)}`;
          const begin = () => {
            const listener = new Listener(url, query, by === 'positions' ? undefined : id);
            for (const { channel, position } of told) listener.hearing.told(channel, position);
            return listener;
          };
          const known = backend.acknowledged.length;
          let end = await happen(missed);

          const blocks = await begin().take(end);
          for (let cut = 1; cut <= blocks; cut += 1) {
            const listener = begin();
            await listener.take(cut);
            if (cut < blocks) await listener.take(end);
            expect(faultsOf(listener.hearing, backend.acknowledged.slice(known))).toEqual([]);
          }
          const crawler = begin();
          for (const one of meanwhile) {
            await crawler.take(2);
            end = await happen([one]);
          }
          await crawler.take(end);
          expect(faultsOf(crawler.hearing, backend.acknowledged.slice(known))).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
  },
  60_000,
);

it('where the past ends of a channel with a gap is told beside where it begins', async () => {
  const { url } = await startBareServer({
    namespaces: { short: { history: { size: 2 }, rights: { subscribe: 'anyone' } } },
  });
  const backend = new Backend(url, BARE_API_KEY);
  const query = 'channels=short:a,public:a';
  const start = await openStream(url, query);
  const { id } = await start.next('welcome');
  start.cut();
  for (let n = 0; n < 2; n += 1) await backend.publish('short:a');
  await backend.publish('public:a');
  for (let n = 0; n < 2; n += 1) await backend.publish('short:a');
  const stream = await openStream(url, query, { 'last-event-id': String(id) });
  const [short, whole] = ((await stream.next('welcome')).data as unknown as Welcome).channels;
  expect(short).toMatchObject({ position: expect.stringMatching(/:2$/), head: expect.stringMatching(/:4$/) });
  expect(whole).toMatchObject({ position: expect.stringMatching(/:1$/), recovered: true });
  expect(whole).not.toHaveProperty('head');
  expect((await stream.messages(3)).map(({ channel, offset }) => [channel, offset])).toEqual([
    ['public:a', 1],
    ['short:a', 3],
    ['short:a', 4],
  ]);
});

it('a past that is too large for one answer is a gap of all channels that missed something', async () => {
  const { url } = await startBareServer({ limits: { queue: 200_000 } });
  const backend = new Backend(url, BARE_API_KEY);
  const query = 'channels=public:small,public:large,public:still';
  const start = await openStream(url, query);
  const { id } = await start.next('welcome');
  start.cut();
  await backend.publish('public:small');
  for (let n = 0; n < 6; n += 1) await backend.publish('public:large', 50_000);
  await backend.publish('public:small');
  const stream = await openStream(url, query, { 'last-event-id': String(id) });
  expect((await stream.next('welcome')).data).toMatchObject({
    channels: [
      { position: expect.stringMatching(/:2$/), recovered: false },
      { position: expect.stringMatching(/:6$/), recovered: false },
      { position: expect.stringMatching(/:0$/), recovered: true },
    ],
  });
  const next = await backend.publish('public:small');
  expect((await stream.next()).data).toMatchObject({ id: next.id });
});
