/**
 * PROTOCOL.md, "subscribe" and "Resume": where a subscription begins, and that nothing falls between.
 *
 * @module
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { NativeClient } from '../support/native-client.ts';
import { openTarget, type Target } from './target.ts';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});

const alice = () => NativeClient.welcomed(target.url, { token: target.token('alice') });

/** Publishes 1 to `count` as data. @returns the channel's epoch. */
async function fill(client: NativeClient, channel: string, count: number): Promise<string> {
  let epoch = '';
  for (let n = 1; n <= count; n += 1) {
    const { data } = await client.ask('publish', { channel, event: 'n', data: n });
    epoch = String(data?.epoch);
  }
  return epoch;
}

describe('subscribe', () => {
  it('begins at now: position is where the channel stands, and later events are one message each', async () => {
    const client = await alice();
    const channel = target.channel();
    const epoch = await fill(client, channel, 3);
    const [answer] = await client.subscribe(channel);
    expect(answer).toEqual({ channel, position: `${epoch}:3`, recovered: false, events: [] });
    await client.ask('publish', { channel, event: 'n', data: 4 });
    expect(await client.event()).toMatchObject({ channel, epoch, offset: 4, data: 4 });
  });

  it('of a channel that never had an event stands at offset 0, and its first event is 1', async () => {
    const client = await alice();
    const channel = target.channel();
    const [answer] = await client.subscribe(channel);
    expect(answer).toMatchObject({ position: expect.stringMatching(/^[A-Za-z0-9]+:0$/), recovered: false });
    await client.ask('publish', { channel, event: 'first' });
    expect(await client.event()).toMatchObject({ offset: 1, epoch: answer?.position?.split(':')[0] });
  });

  it('with since gives everything after it and recovered true', async () => {
    const client = await alice();
    const channel = target.channel();
    const epoch = await fill(client, channel, 5);
    const [answer] = await client.subscribe({ channel, since: `${epoch}:3` });
    expect(answer).toMatchObject({ position: `${epoch}:5`, recovered: true });
    expect(answer?.events?.map(({ offset, data }) => [offset, data])).toEqual([
      [4, 4],
      [5, 5],
    ]);
    expect(answer?.events?.[0]).toMatchObject({ type: 'event', channel, event: 'n', epoch, user: 'alice' });
  });

  it('with since at the head is recovered, with no events', async () => {
    const client = await alice();
    const channel = target.channel();
    const epoch = await fill(client, channel, 2);
    const [answer] = await client.subscribe({ channel, since: `${epoch}:2` });
    expect(answer).toEqual({ channel, position: `${epoch}:2`, recovered: true, events: [] });
  });

  it('with since at offset 0 gives all, while all is kept', async () => {
    const client = await alice();
    const channel = target.channel();
    const epoch = await fill(client, channel, 2);
    const [answer] = await client.subscribe({ channel, since: `${epoch}:0` });
    expect(answer).toMatchObject({ recovered: true, events: [{ offset: 1 }, { offset: 2 }] });
  });

  it('with since of another epoch is not recovered and says where the channel stands', async () => {
    const client = await alice();
    const channel = target.channel();
    const epoch = await fill(client, channel, 2);
    const [answer] = await client.subscribe({ channel, since: 'another0epoch:1' });
    expect(answer).toEqual({ channel, position: `${epoch}:2`, recovered: false, events: [] });
  });

  it('with since ahead of the channel is not recovered', async () => {
    const client = await alice();
    const channel = target.channel();
    const epoch = await fill(client, channel, 2);
    const [answer] = await client.subscribe({ channel, since: `${epoch}:3` });
    expect(answer).toEqual({ channel, position: `${epoch}:2`, recovered: false, events: [] });
  });

  it('with since older than the history is not recovered, and never in part', async () => {
    const client = await alice();
    const channel = target.channel('short');
    const epoch = await fill(client, channel, 8);
    const [gone] = await client.subscribe({ channel, since: `${epoch}:2` });
    expect(gone).toEqual({ channel, position: `${epoch}:8`, recovered: false, events: [] });
    const [kept] = await client.subscribe({ channel, since: `${epoch}:3` });
    expect(kept).toMatchObject({ recovered: true, events: [4, 5, 6, 7, 8].map((offset) => ({ offset })) });
  });

  it('with since whose events would take more than waits for a session is not recovered; history gives them by pages', async () => {
    const client = await alice();
    const channel = target.channel();
    const total = 40;
    const data = 'x'.repeat(60_000);
    const { epoch } = await target.api.publish(channel, 'first');
    for (let n = 1; n <= total; n += 1) await target.api.publish(channel, 'large', data);
    const [answer] = await client.subscribe({ channel, since: `${epoch}:1` });
    expect(answer).toEqual({ channel, position: `${epoch}:${total + 1}`, recovered: false, events: [] });
    const offsets: unknown[] = [];
    for (let more = true, since = `${epoch}:1`; more; since = `${epoch}:${offsets.at(-1)}`) {
      const page = (await client.ask('history', { channel, since })).data;
      expect(page).toMatchObject({ recovered: true });
      const { events = [] } = page as { events?: readonly { offset: number }[] };
      offsets.push(...events.map(({ offset }) => offset));
      more = page?.more === true;
    }
    expect(offsets).toEqual(Array.from({ length: total }, (_, index) => index + 2));
  });

  it('with last gives the newest so many, fewer when there are fewer', async () => {
    const client = await alice();
    const channel = target.channel();
    const epoch = await fill(client, channel, 3);
    const [two] = await client.subscribe({ channel, last: 2 });
    expect(two).toMatchObject({
      position: `${epoch}:3`,
      recovered: false,
      events: [{ data: 2 }, { data: 3 }],
    });
    const [all] = await client.subscribe({ channel, last: 10 });
    expect(all?.events).toHaveLength(3);
  });

  it('with since and last gives the newest only when since is not honoured', async () => {
    const client = await alice();
    const channel = target.channel();
    const epoch = await fill(client, channel, 4);
    const [honoured] = await client.subscribe({ channel, since: `${epoch}:1`, last: 1 });
    expect(honoured).toMatchObject({ recovered: true, events: [{ data: 2 }, { data: 3 }, { data: 4 }] });
    const [not] = await client.subscribe({ channel, since: 'elsewhere:1', last: 1 });
    expect(not).toMatchObject({ recovered: false, position: `${epoch}:4`, events: [{ data: 4 }] });
  });

  it.each(['x', 'x:', ':1', 'x:-1', 'x:01', 'x:1.5', 'x y:1', 'x:99999999999999999', ''])(
    'with since %j, which is no position, fails with bad_position',
    async (since) => {
      const client = await alice();
      const reply = await client.ask('subscribe', { channels: [{ channel: target.channel(), since }] });
      expect(reply.error?.code).toBe('bad_position');
    },
  );

  it('takes many channels; one that fails has its error, and the others are followed', async () => {
    const client = await alice();
    const good = target.channel();
    const answers = await client.subscribe(good, 'user:bob', 'nowhere:1', 'no channel');
    expect(answers).toEqual([
      { channel: good, position: expect.any(String), recovered: false, events: [] },
      { channel: 'user:bob', error: { code: 'forbidden', message: expect.any(String) } },
      { channel: 'nowhere:1', error: { code: 'unknown_namespace', message: expect.any(String) } },
      { channel: 'no channel', error: { code: 'bad_channel', message: expect.any(String) } },
    ]);
    await client.ask('publish', { channel: good, event: 'e' });
    expect(await client.event()).toMatchObject({ channel: good });
  });

  it('is ok: false with the first one’s error when no channel could be followed', async () => {
    const client = await alice();
    const reply = await client.ask('subscribe', { channels: ['nowhere:1', 'user:bob'] });
    expect(reply).toMatchObject({ ok: false, error: { code: 'unknown_namespace' } });
    expect(reply).not.toHaveProperty('channels');
  });

  it.each([
    ['no list', 'news:1'],
    ['empty', []],
    ['a number in it', [7]],
    ['absent', undefined],
  ])('refuses channels that are %s', async (_, channels) => {
    const client = await alice();
    expect((await client.ask('subscribe', { channels })).error?.code).toBe('invalid_request');
  });

  it('again to a channel that is followed reads its past anew, and doubles nothing', async () => {
    const client = await alice();
    const channel = target.channel();
    const epoch = await fill(client, channel, 2);
    await client.subscribe(channel);
    const [again] = await client.subscribe({ channel, since: `${epoch}:0` });
    expect(again).toMatchObject({ recovered: true, events: [{ offset: 1 }, { offset: 2 }] });
    await client.ask('publish', { channel, event: 'n', data: 3 });
    await client.ask('publish', { channel, event: 'n', data: 4 });
    expect(await client.event()).toMatchObject({ offset: 3 });
    expect(await client.event()).toMatchObject({ offset: 4 });
  });

  it('names a channel once however often it is asked for', async () => {
    const client = await alice();
    const channel = target.channel();
    await client.subscribe(channel, channel, { channel });
    await client.ask('publish', { channel, event: 'once' });
    await client.event();
    client.send({ type: 'ping', id: 'end' });
    expect(await client.messages.take()).toEqual({ type: 'pong', id: 'end' });
  });

  it.each(['conflate', 'drop-oldest'])('says overflow where offsets may jump: %s', async (overflow) => {
    const client = await alice();
    const channel = target.channel(overflow === 'conflate' ? 'quote' : 'reading');
    const [answer] = await client.subscribe(channel);
    expect(answer).toMatchObject({ channel, overflow });
  });

  it('loses nothing and doubles nothing while others publish', async () => {
    const publisher = await alice();
    const channel = target.channel();
    const epoch = await fill(publisher, channel, 1);
    const total = 60;
    const clients = await Promise.all(Array.from({ length: 5 }, () => alice()));
    const publishing = (async () => {
      for (let n = 2; n <= total; n += 1) await publisher.ask('publish', { channel, event: 'n', data: n });
    })();
    for (const client of clients) {
      const [answer] = await client.subscribe({ channel, since: `${epoch}:1` });
      const offsets = (answer?.events ?? []).map(({ offset }) => offset);
      while ((offsets.at(-1) ?? 1) < total) offsets.push((await client.event()).offset);
      expect(offsets).toEqual(Array.from({ length: total - 1 }, (_, index) => index + 2));
    }
    await publishing;
  });
});

describe('order', () => {
  it('is the same for every subscriber, over all channels', async () => {
    const channels = [target.channel(), target.channel('room'), target.channel()];
    const [a, b, ...publishers] = await Promise.all(Array.from({ length: 5 }, () => alice()));
    await a?.subscribe(...channels);
    await b?.subscribe(...channels);
    const each = 20;
    await Promise.all(
      publishers.map(async (publisher, index) => {
        for (let n = 1; n <= each; n += 1)
          await publisher.ask('publish', { channel: channels[(index + n) % 3], event: 'n' });
      }),
    );
    const hear = async (client: NativeClient | undefined) => {
      const ids: unknown[] = [];
      while (ids.length < publishers.length * each) ids.push((await client?.event())?.id);
      return ids;
    };
    const [first, second] = await Promise.all([hear(a), hear(b)]);
    expect(new Set(first).size).toBe(publishers.length * each);
    expect(second).toEqual(first);
  });
});
