import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MyRoom } from '../kits/rooms/events.ts';
import { startPostgres, type TestPostgres } from '../packages/server/src/storage/testing/postgres.ts';
import { openRaw, openSocket, readRoom, roomsAt, startRooms } from './support/start-rooms.ts';

let postgres: TestPostgres;
beforeAll(() => {
  postgres = startPostgres();
});
afterAll(() => postgres.stop());

describe.each(['SQLite', 'PostgreSQL'])('rooms on %s', (database) => {
  const start = () => startRooms({}, database === 'SQLite' ? {} : { database: postgres.url });
  /** All tests share one PostgreSQL. */
  let count = 0;
  const fresh = () => {
    count += 1;
    return `${database}-${count}`;
  };

  it('keep rooms, members, messages, invitations and what is read', async () => {
    const { url, as } = await start();
    const general = fresh();
    const ayse = await openSocket(url, 'ayse');
    expect(await ayse.socket.emitWithAck('join_room', { roomId: general })).toMatchObject({
      ok: true,
      data: { id: general, owner: 'ayse', members: 1, lastSeq: 0, unread: 0, last: null },
    });
    await as('berk').call('POST', '/commands/join_room', { roomId: general });
    for (const message of ['1', '2', '3'])
      await ayse.socket.emitWithAck('send_message', { roomId: general, message, id: message });
    await ayse.socket.emitWithAck('edit_message', { roomId: general, seq: 2, message: 'two' });
    await ayse.socket.emitWithAck('delete_message', { roomId: general, seq: 3 });
    expect((await readRoom(as('berk'), general, 2)).map(({ message, seq }) => [seq, message])).toEqual([
      [1, '1'],
      [2, 'two'],
      [3, ''],
    ]);
    expect((await as('berk').call('PUT', `/rooms/${general}/read`, { seq: 1 })).body).toEqual({
      roomId: general,
      lastRead: 1,
      unread: 2,
    });
    const rooms = (await as('berk').call('GET', '/rooms')).body.rooms as MyRoom[];
    expect(rooms.find(({ id }) => id === general)).toMatchObject({
      lastSeq: 3,
      unread: 2,
      members: 2,
      last: { seq: 3, deleted: true },
    });
    const { body } = await as('ayse').call('POST', '/rooms', { name: 'Özel', private: true });
    const id = body.id as string;
    await as('ayse').call('POST', `/rooms/${id}/invitations`, { user: 'berk' });
    expect((await as('berk').call('POST', `/rooms/${id}/accept`)).body).toMatchObject({
      name: 'Özel',
      members: 2,
    });
    for (const user of ['ayse', 'berk']) await as(user).call('DELETE', `/rooms/${id}/members/${user}`);
    expect((await as('ayse').call('GET', `/rooms/${id}`)).status).toBe(404);
  });

  it('refuse a message among others that wait, and keep these', async () => {
    const { url, as } = await start();
    const roomId = fresh();
    const ayse = await openRaw(url, 'ayse');
    const say = (message: string, id: string | number) => ({ type: 'send_message', roomId, message, id });
    ayse.send({
      type: 'batch',
      messages: [
        { type: 'join_room', roomId },
        say('a', 1),
        say('a', 1),
        say('b', 1),
        say('half \ud800', 2),
        say('c', 3),
      ],
    });
    expect(await ayse.take('error')).toMatchObject({ id: 1, payload: { code: 'key_conflict' } });
    await ayse.take('ack', ({ id }) => id === 3);
    expect((await readRoom(as('ayse'), roomId)).map(({ message }) => message)).toEqual([
      'a',
      'half \ufffd',
      'c',
    ]);
  });

  it('keep the order of each one who writes, when many do', async () => {
    const { url, as } = await start();
    const roomId = fresh();
    const users = ['a', 'b', 'c', 'd'];
    const clients = await Promise.all(users.map((user) => openRaw(url, user)));
    for (const client of clients) {
      client.send({ type: 'join_room', roomId, id: 'join' });
      await client.take('ack');
    }
    const queue = Array.from({ length: 25 }, (_, n) => ({
      type: 'send_message',
      roomId,
      message: `${n}`,
      id: n,
    }));
    for (const client of clients) client.send({ type: 'batch', messages: queue });
    for (const client of clients) await client.take('ack', ({ id }) => id === 24);
    const messages = await readRoom(as('a'), roomId);
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
    for (const user of users)
      expect(
        messages.filter((message) => message.user === user).map(({ message }) => Number(message)),
      ).toEqual(Array.from({ length: 25 }, (_, n) => n));
    // Heard in that order, too.
    const heard = [];
    const [client] = clients;
    while (heard.length < 75)
      heard.push(
        (await client!.take('message', ({ payload }) => payload?.user !== 'a')).payload?.seq as number,
      );
    expect(heard).toEqual(heard.toSorted((one, other) => one - other));
  });
});

it('one message has one effect when it is sent to two servers of one database at once', async () => {
  const config = { database: postgres.url };
  const servers = await Promise.all([startRooms({}, config), startRooms({}, config)]);
  const apis = servers.map(({ url }) => roomsAt(url).as('ayse'));
  const join = () =>
    Promise.all(apis.map((api) => api.call('POST', '/commands/join_room', { roomId: 'shared' })));
  expect((await join()).map(({ status }) => status)).toEqual([200, 200]);
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      apis[n % 2]!.call('POST', '/commands/send_message', {
        roomId: 'shared',
        message: `${n >> 1}`,
        id: `${n >> 1}`,
      }),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  for (let n = 0; n < 40; n += 2) expect(answers[n]?.body).toEqual(answers[n + 1]?.body);
  const messages = await readRoom(apis[0]!, 'shared');
  expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
});
