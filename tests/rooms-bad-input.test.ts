import { describe, expect, it } from 'vitest';
import { openRaw, openSocket, readRoom, startRooms } from './support/start-rooms.ts';

const DAY = 24 * 60 * 60 * 1000;

describe('bad input to a room', () => {
  it('is refused with a code, writes nothing, and disturbs nobody', async () => {
    const { url, as, backend } = await startRooms();
    const ayse = await openSocket(url, 'ayse');
    const berk = await openSocket(url, 'berk');
    for (const { socket } of [ayse, berk]) await socket.emitWithAck('join_room', { roomId: 'general' });
    const message = { roomId: 'general', message: 'x' };
    const bad: readonly (readonly [string, unknown, string])[] = [
      ['join_room', { roomId: 'x'.repeat(10_000) }, 'invalid_request'],
      ['join_room', { roomId: '__proto__' }, 'invalid_request'],
      ['join_room', { roomId: 'a b' }, 'invalid_request'],
      ['join_room', { roomId: '../x' }, 'invalid_request'],
      ['join_room', { roomId: '' }, 'invalid_request'],
      ['join_room', { roomId: 7 }, 'invalid_request'],
      ['join_room', { roomId: ['general'] }, 'invalid_request'],
      ['join_room', { roomId: 'public' }, 'not_found'],
      ['join_room', 'general', 'invalid_request'],
      ['send_message', { ...message, message: 'x'.repeat(10_000) }, 'invalid_request'],
      ['send_message', { ...message, message: '' }, 'invalid_request'],
      ['send_message', { ...message, message: ' \n\t ' }, 'invalid_request'],
      ['send_message', { ...message, message: 'a\0b' }, 'invalid_request'],
      ['send_message', { ...message, message: { text: 'x' } }, 'invalid_request'],
      ['send_message', { ...message, id: 'x'.repeat(1000) }, 'invalid_request'],
      ['send_message', { ...message, id: 'a\0b' }, 'invalid_request'],
      ['send_message', { ...message, timestamp: '1970-01-01T00:00:00.000Z' }, 'invalid_request'],
      ['send_message', { ...message, timestamp: 0 }, 'invalid_request'],
      ['send_message', { ...message, timestamp: '2099-01-01T00:00:00.000Z' }, 'invalid_request'],
      ['send_message', { ...message, timestamp: Date.UTC(2099) }, 'invalid_request'],
      ['send_message', { ...message, timestamp: 'yesterday' }, 'invalid_request'],
      ['send_message', { ...message, timestamp: 1e300 }, 'invalid_request'],
      ['send_message', { roomId: 'elsewhere', message: 'x' }, 'not_found'],
      ['mark_read', { roomId: 'general', seq: -1 }, 'invalid_request'],
      ['mark_read', { roomId: 'general', seq: 1e300 }, 'invalid_request'],
      ['edit_message', { roomId: 'general', seq: 5, message: 'x' }, 'not_found'],
      ['edit_message', { roomId: 'general', seq: 2 ** 60, message: 'x' }, 'invalid_request'],
    ];
    for (const [command, data, code] of bad) {
      const answer = await ayse.socket.emitWithAck(command, data);
      expect([command, JSON.stringify(data).slice(0, 80), answer.error?.code]).toEqual([
        command,
        JSON.stringify(data).slice(0, 80),
        code,
      ]);
    }
    const room = { name: 'x' };
    for (const body of [
      { name: 'x'.repeat(10_000) },
      { name: '__proto__' },
      { name: 'two\nlines' },
      { name: ' ' },
      { ...room, id: '__proto__' },
      { ...room, id: 'ws' },
      { ...room, id: 'general' },
      { ...room, topic: 'x'.repeat(10_000) },
      { ...room, owner: 'berk' },
    ])
      expect([body, (await as('cem').call('POST', '/rooms', body)).status]).toEqual([body, 400]);
    expect((await as('cem').call('POST', '/rooms', '{"name":"x","__proto__":{}}')).body.code).toBe(
      'forbidden_key',
    );
    expect((await as('ayse').call('GET', '/rooms/general/messages?limit=100000')).body.code).toBe(
      'invalid_request',
    );
    expect((await as('ayse').call('GET', '/rooms/general/messages?before=x')).body.code).toBe(
      'invalid_request',
    );

    expect(await readRoom(as('ayse'), 'general')).toEqual([]);
    expect((await backend.call('GET', '/rooms/public')).body).toMatchObject({
      rooms: [{ id: 'general', members: 2 }],
    });
    await ayse.socket.emitWithAck('send_message', message);
    expect(await berk.take('message')).toMatchObject({ seq: 1 });
  });

  it('of a megabyte ends no one else’s session, and is told as too large', async () => {
    const { url, as } = await startRooms();
    const ayse = await openRaw(url, 'ayse');
    ayse.send({ type: 'join_room', roomId: 'general', id: 1 });
    await ayse.take('ack');
    const berk = await openRaw(url, 'berk');
    const huge = { roomId: 'general', message: 'x'.repeat(1_000_000) };
    berk.send({ type: 'send_message', ...huge });
    expect((await berk.client.closed).code).toBe(1009);
    expect((await as('berk').call('POST', '/commands/send_message', huge)).body.code).toBe('invalid_request');
    expect(
      (await as('berk').call('POST', '/commands/send_message', { ...huge, message: 'x'.repeat(2_000_000) }))
        .body.code,
    ).toBe('message_too_large');
    ayse.send({ type: 'send_message', roomId: 'general', message: 'still here' });
    await ayse.take('message');
    expect(await readRoom(as('ayse'), 'general')).toHaveLength(1);
  });

  it('does not end what it looks like: text stays text', async () => {
    const { url, as } = await startRooms();
    const { socket, take } = await openSocket(url, 'ayse', { name: '<img src=x onerror=alert(1)>' });
    await socket.emitWithAck('join_room', { roomId: 'constructor' });
    const texts = [
      '<script>alert(1)</script>',
      '{{7*7}} <%= 7*7 %>',
      "'; DROP TABLE rooms;--",
      '👩‍👩‍👧 שלום \u202e',
      '__proto__',
    ];
    for (const message of texts) {
      await socket.emitWithAck('send_message', { roomId: 'constructor', message });
      expect(await take('message')).toMatchObject({ message, name: '<img src=x onerror=alert(1)>' });
    }
    await socket.emitWithAck('send_message', { roomId: 'constructor', message: 'half \ud83d' });
    expect((await readRoom(as('ayse'), 'constructor')).map(({ message }) => message)).toEqual([
      ...texts,
      'half \ufffd',
    ]);
  });

  it('takes a message from an offline queue with the time at which it was written', async () => {
    const { as } = await startRooms();
    await as('ayse').call('POST', '/commands/join_room', { roomId: 'general' });
    const send = (timestamp: string | number) =>
      as('ayse').call('POST', '/commands/send_message', { roomId: 'general', message: 'x', timestamp });
    const written = Date.now() - 3 * DAY;
    expect((await send(written)).body.sentAt).toBe(new Date(written).toISOString());
    // A clock that is ahead: what was written has been written by now.
    const { body } = await send(Date.now() + 60 * 60 * 1000);
    expect(Date.parse(body.sentAt as string)).toBeLessThanOrEqual(Date.parse(body.timestamp as string));
  });

  it('ends where the rooms of a user do', async () => {
    const { as } = await startRooms({ maxRooms: 2 });
    const join = (roomId: string) => as('ayse').call('POST', '/commands/join_room', { roomId });
    expect([(await join('one')).status, (await join('two')).status]).toEqual([200, 200]);
    expect((await join('three')).body.code).toBe('limit_reached');
    expect((await as('ayse').call('POST', '/rooms', { name: 'three' })).body.code).toBe('limit_reached');
    expect((await as('berk').call('POST', '/commands/join_room', { roomId: 'three' })).status).toBe(200);
    expect((await join('three')).status).toBe(200);
  });

  it('makes nobody a member whose connection cannot hear the room', async () => {
    const { backend, connect } = await startRooms({}, { limits: { channels: 1 } });
    const ayse = await connect('ayse');
    const join = (roomId: string) => ayse.ask('join_room', { data: { roomId } });
    expect((await join('one')).ok).toBe(true);
    expect((await join('two')).error?.code).toBe('too_many_channels');
    expect((await backend.call('GET', '/rooms/two')).status).toBe(404);
    expect((await join('one')).ok).toBe(true);
  });
});
