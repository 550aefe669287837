import { describe, expect, it } from 'vitest';
import { openRaw, type RawMessage, readRoom, startRooms } from './support/start-rooms.ts';

describe('the raw WebSocket of mobile clients', () => {
  it('speaks plain JSON: what to do in, what has happened out', async () => {
    const { url, as } = await startRooms();
    const ayse = await openRaw(url, 'ayse');
    expect((await ayse.take('welcome')).payload).toMatchObject({ user: 'ayse' });
    ayse.send({ type: 'join_room', roomId: 'general', id: 1 });
    expect(await ayse.take('ack')).toMatchObject({
      id: 1,
      command: 'join_room',
      payload: { id: 'general', channel: 'room:general' },
    });
    const berk = await openRaw(url, 'berk');
    berk.send({ type: 'join_room', roomId: 'general' });
    expect((await ayse.take('user_joined', ({ payload }) => payload?.user === 'berk')).payload).toMatchObject(
      {
        members: 2,
      },
    );
    ayse.send({
      type: 'send_message',
      roomId: 'general',
      message: 'hi',
      id: 'm-1',
      timestamp: new Date().toISOString(),
    });
    const ack = await ayse.take('ack');
    expect(ack).toMatchObject({ id: 'm-1', command: 'send_message', payload: { clientId: 'm-1', seq: 1 } });
    const message = await berk.take('message');
    expect(message).toMatchObject({
      payload: { id: 'general:1', user: 'ayse', message: 'hi', clientId: 'm-1' },
      channel: 'room:general',
      position: expect.stringMatching(/^[\da-f]+:\d+$/),
    });
    // A number is an id as good as a text.
    ayse.send({ type: 'send_message', roomId: 'general', message: 'two', id: 7 });
    expect(await ayse.take('ack')).toMatchObject({ id: 7, payload: { clientId: '7', seq: 2 } });
    expect(await berk.take('update', ({ payload }) => payload?.kind === 'unread')).toMatchObject({
      payload: { roomId: 'general' },
    });
    berk.send({ type: 'mark_read', roomId: 'general', id: 'r' });
    expect(await berk.take('ack')).toMatchObject({ payload: { lastRead: 2, unread: 0 } });
    berk.send({ type: 'subscribe', channels: ['typing:room:general'], id: 's' });
    await berk.take('subscribed');
    ayse.send({ type: 'typing', roomId: 'general' });
    expect(await berk.take('start')).toMatchObject({
      payload: { user: 'ayse' },
      channel: 'typing:room:general',
    });
    ayse.send({ type: 'presence', roomId: 'general', id: 'p' });
    expect(await ayse.take('ack')).toMatchObject({
      payload: { members: [{ user: 'ayse' }, { user: 'berk' }] },
    });
    ayse.send({ type: 'leave_room', roomId: 'general' });
    expect((await berk.take('user_left')).payload).toMatchObject({ user: 'ayse', reason: 'left' });
    ayse.send({ type: 'ping', id: 9 });
    expect(await ayse.take('pong')).toEqual({ type: 'pong', id: 9 });
    expect(await readRoom(as('berk'), 'general')).toHaveLength(2);
  });

  it('is resumed from the position of the last message', async () => {
    const { url } = await startRooms();
    const ayse = await openRaw(url, 'ayse');
    ayse.send({ type: 'join_room', roomId: 'general' });
    ayse.send({ type: 'send_message', roomId: 'general', message: 'before' });
    const { position } = await ayse.take('message');
    ayse.client.ws.terminate();
    const berk = await openRaw(url, 'berk');
    berk.send({ type: 'join_room', roomId: 'general' });
    berk.send({ type: 'send_message', roomId: 'general', message: 'missed' });
    await berk.take('message');
    const again = await openRaw(url, 'ayse');
    again.send({ type: 'subscribe', id: 1, channels: [{ channel: 'room:general', since: position }] });
    const { payload } = await again.take('subscribed');
    const [channel] = (payload as { channels: unknown }).channels as [
      { recovered: boolean; messages: readonly RawMessage[] },
    ];
    expect(channel.recovered).toBe(true);
    expect(channel.messages.map(({ type, payload: data }) => [type, data?.user, data?.message])).toEqual([
      ['user_joined', 'berk', undefined],
      ['message', 'berk', 'missed'],
    ]);
  });

  it('takes batches, in their order', async () => {
    const { url, as } = await startRooms();
    const ayse = await openRaw(url, 'ayse');
    const say = (message: string) => ({ type: 'send_message', roomId: 'general', message, id: message });
    ayse.send({ type: 'batch', messages: [{ type: 'join_room', roomId: 'general' }, say('1'), say('2')] });
    ayse.send({ type: 'batch', messages: Array.from({ length: 98 }, (_, index) => say(`${index + 3}`)) });
    await ayse.take('ack', ({ id }) => id === '100');
    expect((await readRoom(as('ayse'), 'general', 30)).map(({ message }) => Number(message))).toEqual(
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
    // Nobody gets a batch who has not asked for it.
    expect(ayse.messages.all.filter(({ type }) => type === 'batch')).toEqual([]);
  });

  it('gives what one tick has as one batch to who asks for it', async () => {
    const { url } = await startRooms();
    const ayse = await openRaw(url, 'ayse', '?batch=1');
    ayse.send({ type: 'join_room', roomId: 'general', id: 'j' });
    const unpacked = () => ayse.messages.all.flatMap((message) => message.messages ?? [message]);
    const say = (message: string) => ({ type: 'send_message', roomId: 'general', message, id: message });
    ayse.send({ type: 'batch', messages: Array.from({ length: 20 }, (_, index) => say(`${index}`)) });
    await expect.poll(() => unpacked().filter(({ type }) => type === 'message').length).toBe(20);
    expect(
      unpacked()
        .filter(({ type }) => type === 'message')
        .map(({ payload }) => payload?.message),
    ).toEqual(Array.from({ length: 20 }, (_, index) => `${index}`));
    const batches = ayse.messages.all.filter(({ type }) => type === 'batch');
    expect(Math.max(...batches.map(({ messages }) => messages?.length ?? 0))).toBeGreaterThanOrEqual(10);
    expect(Math.min(...batches.map(({ messages }) => messages?.length ?? 0))).toBeGreaterThan(1);
    for (const { messages } of batches) expect(messages?.some(({ type }) => type === 'batch')).toBe(false);
    const plain = await openRaw(url, 'berk', '?batch=0');
    plain.send({ type: 'ping' });
    expect(await plain.take('pong')).toEqual({ type: 'pong' });
  });

  it('refuses a batch of 10,000 and a batch in a batch, and goes on', async () => {
    const { url, as } = await startRooms();
    const ayse = await openRaw(url, 'ayse');
    ayse.send({ type: 'join_room', roomId: 'general', id: 'j' });
    await ayse.take('ack');
    ayse.send({ type: 'batch', messages: Array.from({ length: 10_000 }, () => ({})) });
    expect(await ayse.take('error')).toMatchObject({ payload: { code: 'batch_refused' } });
    const say = (message: string) => ({ type: 'send_message', roomId: 'general', message });
    ayse.send({
      type: 'batch',
      messages: [say('a'), { type: 'batch', messages: [say('b')], id: 5 }, say('c')],
    });
    expect(await ayse.take('error')).toMatchObject({ payload: { code: 'batch_refused' }, id: 5 });
    ayse.send({ type: 'batch', messages: [] });
    expect(await ayse.take('error')).toMatchObject({ payload: { code: 'batch_refused' } });
    await ayse.take('message', ({ payload }) => payload?.message === 'c');
    expect((await readRoom(as('ayse'), 'general')).map(({ message }) => message)).toEqual(['a', 'c']);
  });

  it('answers what is no message with an error, and who is nobody likewise', async () => {
    const { url } = await startRooms();
    const ayse = await openRaw(url, 'ayse');
    for (const [text, code] of [
      ['hello', 'malformed_message'],
      ['{}', 'invalid_request'],
      ['{"type":"dance"}', 'unknown_command'],
      ['{"type":"join_room"}', 'invalid_request'],
      ['{"type":"send_message","__proto__":{}}', 'forbidden_key'],
      ['{"type":"publish","channel":"room:x","event":"message","data":{}}', 'forbidden'],
    ]) {
      ayse.client.ws.send(text as string);
      expect(await ayse.take('error')).toMatchObject({ payload: { code } });
    }
  });
});
