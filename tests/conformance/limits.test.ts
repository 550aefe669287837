/**
 * PROTOCOL.md, "Words", "Limits" and "How a session ends". What is beyond the limits of each transport stands in tests/hostile.
 *
 * @module
 */
import { DISCONNECTS, ERRORS } from '@tidings/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectDocumented } from '../support/documented.ts';
import { NativeClient } from '../support/native-client.ts';
import { openTarget, type Target } from './target.ts';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});

const alice = () => NativeClient.welcomed(target.url, { token: target.token('alice') });

describe('names', () => {
  it.each([
    'news:a',
    'news:ÄÖÜ-ñ-漢字-🎉',
    `news:${'x'.repeat(160)}`,
    'news::',
    'news:a:b:c',
    'news:*',
    'news:a/b?c=d#e',
  ])('the channel %s is one, everywhere', async (name) => {
    const channel = name === 'news:a' ? target.channel() : name;
    const client = await alice();
    const [answer] = await client.subscribe(channel);
    expect(answer).not.toHaveProperty('error');
    const { id } = await target.api.publish(channel, 'e');
    expect(await client.event()).toMatchObject({ channel, id });
    const { body } = await target.api.get(`/channels/${encodeURIComponent(channel)}/history?last=1`);
    expect(body).toMatchObject({ channel, events: [{ id }] });
  });

  it.each(['news:', ':a', 'News:a', '9news:a', `news:${'x'.repeat(161)}`, 'news:a b', 'news:a,b', 'news:\t'])(
    'the channel %j is none',
    async (channel) => {
      const client = await alice();
      expect((await client.ask('history', { channel })).error?.code).toBe('bad_channel');
    },
  );

  it.each(['a', 'A9_.:-', `e${'x'.repeat(63)}`])('the event %s is one', async (event) => {
    const client = await alice();
    expect((await client.ask('publish', { channel: target.channel(), event })).ok).toBe(true);
  });

  it.each([
    '9',
    '_a',
    'a b',
    'ä',
    'connect',
    'connect_error',
    'disconnect',
    'disconnecting',
    'newListener',
    'removeListener',
  ])('the event %j is none', async (event) => {
    const client = await alice();
    expect((await client.ask('publish', { channel: target.channel(), event })).error?.code).toBe('bad_event');
  });
});

describe('limits', () => {
  it('a message nested 32 deep is taken, and one nested deeper is answered message_too_deep', async () => {
    const client = await alice();
    const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
    const channel = target.channel();
    expect((await client.ask('publish', { channel, event: 'e', data: nested(31) })).ok).toBe(true);
    client.send({ type: 'publish', channel, event: 'e', data: nested(32) });
    expect(await client.messages.take()).toMatchObject({ ok: false, error: { code: 'message_too_deep' } });
  });

  it('a message of as many bytes as welcome says is taken, and one byte more ends the session with 1009', async () => {
    const client = await NativeClient.connect(target.url);
    const { limits } = await client.messages.take();
    const most = limits?.message ?? 0;
    const frame = (bytes: number) => `{"type":"ping","id":1}${' '.repeat(bytes - 22)}`;
    client.ws.send(frame(most));
    expect(await client.messages.take()).toEqual({ type: 'pong', id: 1 });
    client.ws.send(frame(most + 1));
    expect((await client.closed).code).toBe(1009);
  });

  it('as many channels as welcome says are followed, and one more is answered too_many_channels', async () => {
    const client = await NativeClient.connect(target.url);
    const { limits } = await client.messages.take();
    const channels = Array.from({ length: limits?.channels ?? 0 }, () => target.channel());
    expect(await client.subscribe(...channels)).toHaveLength(channels.length);
    const reply = await client.ask('subscribe', { channels: [target.channel()] });
    expect(reply.error?.code).toBe('too_many_channels');
    await client.ask('unsubscribe', { channels: [channels[0]] });
    expect((await client.ask('subscribe', { channels: [target.channel()] })).ok).toBe(true);
  });

  it.each(['{"__proto__":1}', '{"constructor":{"prototype":{}}}'])(
    '%s in data is refused with forbidden_key',
    async (data) => {
      const client = await alice();
      client.ws.send(`{"type":"publish","channel":"${target.channel()}","event":"e","data":${data}}`);
      expect(await client.messages.take()).toMatchObject({ ok: false, error: { code: 'forbidden_key' } });
    },
  );
});

describe('ERRORS.md', () => {
  it.each([...Object.keys(ERRORS), ...Object.keys(DISCONNECTS)])('has a heading for %s', expectDocumented);

  it('codes from 4500 on say that a client must not come back, and those below that it may', async () => {
    const user = target.channel('x').replace(':', '-');
    for (const reconnect of [true, false]) {
      const client = await NativeClient.welcomed(target.url, { token: target.token(user) });
      await target.api.post(`/users/${user}/disconnect`, { reconnect });
      const notice = await client.messages.take(({ type }) => type === 'disconnect');
      expect(notice.reconnect).toBe(reconnect);
      expect((notice.code ?? 0) < 4500).toBe(reconnect);
      expect((await client.closed).code).toBe(notice.code);
    }
  });
});
