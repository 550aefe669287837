/**
 * PROTOCOL.md, "Server-Sent Events": by raw HTTP.
 *
 * @module
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { openStream } from '../support/event-stream.ts';
import { openTarget, type Target } from './target.ts';

const CURSOR = /^[A-Za-z0-9]{1,24}\.[0-9a-z]{1,11}$/;

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});

/** Publishes so many events. @returns the epoch. */
async function fill(channel: string, count: number, from = 1): Promise<string> {
  let epoch = '';
  for (let n = from; n < from + count; n += 1) ({ epoch } = await target.api.publish(channel, 'n', n));
  return epoch;
}

describe('GET /events', () => {
  it('begins with the event welcome and a cursor', async () => {
    const channel = target.channel();
    const epoch = await fill(channel, 3);
    const stream = await openStream(target.url, `channels=${channel}`, { accept: 'text/event-stream' });
    expect(stream.response.statusCode).toBe(200);
    expect(stream.response.headers['content-type']).toMatch(/^text\/event-stream/);
    const { event, id, data } = await stream.blocks.take();
    expect(event).toBe('welcome');
    expect(id).toMatch(CURSOR);
    expect(data).toEqual({
      session: expect.any(String),
      user: null,
      heartbeat: expect.any(Number),
      channels: [{ channel, position: `${epoch}:3`, recovered: false }],
    });
  });

  it('follows many channels, separated by commas, in one order', async () => {
    const [a, b] = [target.channel(), target.channel('room')];
    const stream = await openStream(target.url, `channels=${a},${b}`);
    await stream.next('welcome');
    const ids: string[] = [];
    for (let n = 1; n <= 6; n += 1) ids.push((await target.api.publish(n % 2 ? a : b, 'n', n)).id);
    expect((await stream.messages(6)).map(({ id }) => id)).toEqual(ids);
  });

  it('gives unnamed messages {type, channel, payload, offset, epoch, id, at}', async () => {
    const channel = target.channel();
    const stream = await openStream(target.url, `channels=${channel}`);
    await stream.next('welcome');
    const receipt = await target.api.publish(channel, 'hello', { n: 1 });
    const block = await stream.blocks.take(({ data }) => data?.type === 'hello');
    expect(block.event).toBeUndefined();
    expect(block.id).toMatch(CURSOR);
    expect(block.data).toEqual({ type: 'hello', payload: { n: 1 }, ...receipt, at: expect.any(Number) });
  });

  it('says which user published', async () => {
    const channel = target.channel();
    const stream = await openStream(target.url, `channels=${channel}`);
    await stream.next('welcome');
    await target.api.as(target.token('alice')).post('/commands/publish', { channel, event: 'said' });
    expect((await stream.messages(1))[0]).toMatchObject({ type: 'said', payload: null, user: 'alice' });
  });

  it('with named=1 gives each event its name, and the same data', async () => {
    const channel = target.channel();
    const stream = await openStream(target.url, `channels=${channel}&named=1`);
    await stream.next('welcome');
    await target.api.publish(channel, 'hello', 1);
    expect((await stream.next('hello')).data).toMatchObject({ type: 'hello', payload: 1, channel });
  });

  it('with last begins with the newest so many of each channel', async () => {
    const channel = target.channel();
    const epoch = await fill(channel, 5);
    const stream = await openStream(target.url, `channels=${channel}&last=2`);
    expect((await stream.next('welcome')).data).toMatchObject({
      channels: [{ channel, position: `${epoch}:5`, recovered: false }],
    });
    expect(await stream.messages(2)).toMatchObject([{ payload: 4 }, { payload: 5 }]);
  });

  it('says in welcome which channel cannot be followed, and follows the others', async () => {
    const channel = target.channel();
    const stream = await openStream(target.url, `channels=${channel},user:bob,nowhere:1`);
    expect((await stream.next('welcome')).data).toMatchObject({
      channels: [
        { channel },
        { channel: 'user:bob', error: { code: 'unauthenticated' } },
        { channel: 'nowhere:1', error: { code: 'unknown_namespace' } },
      ],
    });
    await target.api.publish(channel, 'e');
    expect(await stream.messages(1)).toMatchObject([{ channel }]);
  });

  it('is answered by an HTTP error when none can be followed', async () => {
    const stream = await openStream(target.url, 'channels=nowhere:1');
    await stream.ended;
    expect(stream.response.statusCode).toBe(404);
    expect(JSON.parse(stream.text)).toMatchObject({ code: 'unknown_namespace', status: 404 });
  });

  it('sends a comment at least every heartbeat', async (context) => {
    const stream = await openStream(target.url, `channels=${target.channel()}`);
    const { heartbeat } = (await stream.next('welcome')).data as { heartbeat: number };
    if (heartbeat > 5000) context.skip(`The server's heartbeat is ${heartbeat} ms; too long to wait for.`);
    await stream.blocks.take(({ comment }) => comment, 2 * heartbeat);
    await stream.blocks.take(({ comment }) => comment, 2 * heartbeat);
  });
});

describe('Last-Event-ID', () => {
  it.each(['header', 'parameter'])(
    'as a %s resumes: what was missed follows in order, then what comes',
    async (place) => {
      const channel = target.channel();
      const first = await openStream(target.url, `channels=${channel}`);
      await first.next('welcome');
      await fill(channel, 1);
      const { id = '' } = await first.blocks.take(({ data }) => data?.payload === 1);
      first.cut();
      await fill(channel, 3, 2);
      const stream = await (place === 'header'
        ? openStream(target.url, `channels=${channel}`, { 'last-event-id': id })
        : openStream(target.url, `channels=${channel}&lastEventId=${id}`));
      expect((await stream.next('welcome')).data).toMatchObject({ channels: [{ channel, recovered: true }] });
      await fill(channel, 1, 5);
      expect((await stream.messages(4)).map(({ payload }) => payload)).toEqual([2, 3, 4, 5]);
    },
  );

  it('is a place in all channels of the stream, and in one that comes new to it', async () => {
    const channels = [target.channel(), target.channel('room'), target.channel()];
    const [a = '', b = '', c = ''] = channels;
    const first = await openStream(target.url, `channels=${a},${b}`);
    await first.next('welcome');
    await target.api.publish(a, 'n', 1);
    await target.api.publish(c, 'n', 2);
    await target.api.publish(b, 'n', 3);
    const { id = '' } = await first.blocks.take(({ data }) => data?.payload === 3);
    first.cut();
    for (let n = 4; n <= 9; n += 1) await target.api.publish(channels[n % 3] as string, 'n', n);
    const stream = await openStream(target.url, `channels=${channels.join(',')}`, { 'last-event-id': id });
    expect((await stream.messages(6)).map(({ payload }) => payload)).toEqual([4, 5, 6, 7, 8, 9]);
  });

  it('of the welcome resumes too', async () => {
    const channel = target.channel();
    const first = await openStream(target.url, `channels=${channel}`);
    const { id = '' } = await first.next('welcome');
    first.cut();
    await fill(channel, 2);
    const stream = await openStream(target.url, `channels=${channel}`, { 'last-event-id': id });
    expect((await stream.messages(2)).map(({ payload }) => payload)).toEqual([1, 2]);
  });

  it('of a welcome whose past did not arrive loses none of it', async () => {
    const channel = target.channel();
    const first = await openStream(target.url, `channels=${channel}`);
    const { id = '' } = await first.next('welcome');
    await fill(channel, 3);
    const second = await openStream(target.url, `channels=${channel}`, { 'last-event-id': id });
    const again = (await second.next('welcome')).id ?? '';
    second.cut();
    const third = await openStream(target.url, `channels=${channel}`, { 'last-event-id': again });
    expect((await third.messages(3)).map(({ payload }) => payload)).toEqual([1, 2, 3]);
  });

  it('from before the history says recovered: false, and where the channel stands', async () => {
    const channel = target.channel('short');
    const first = await openStream(target.url, `channels=${channel}`);
    const { id = '' } = await first.next('welcome');
    first.cut();
    const epoch = await fill(channel, 9);
    const stream = await openStream(target.url, `channels=${channel}`, { 'last-event-id': id });
    expect((await stream.next('welcome')).data).toMatchObject({
      channels: [{ channel, position: `${epoch}:9`, recovered: false }],
    });
    await fill(channel, 1, 10);
    expect(await stream.messages(1)).toMatchObject([{ payload: 10, offset: 10 }]);
  });
});

describe('the end', () => {
  it('for good has the id "end", which is answered 204', async () => {
    const user = target.channel('x').replace(':', '-');
    const stream = await openStream(target.url, `channels=${target.channel()}&token=${target.token(user)}`);
    await stream.next('welcome');
    await target.api.post(`/users/${user}/disconnect`, { reconnect: false });
    const { id, data } = await stream.next('disconnect');
    expect(id).toBe('end');
    expect(data).toMatchObject({ code: 4502, reason: 'kicked', reconnect: false });
    await stream.ended;
    const again = await openStream(target.url, `channels=${target.channel()}`, { 'last-event-id': 'end' });
    expect(again.response.statusCode).toBe(204);
  });

  it('that is not for good has no id', async () => {
    const user = target.channel('x').replace(':', '-');
    const stream = await openStream(target.url, `channels=${target.channel()}&token=${target.token(user)}`);
    await stream.next('welcome');
    await target.api.post(`/users/${user}/disconnect`, {});
    const { id, data } = await stream.next('disconnect');
    expect(id).toBeUndefined();
    expect(data).toMatchObject({ code: 4007, reason: 'disconnected', reconnect: true });
    await stream.ended;
  });
});
