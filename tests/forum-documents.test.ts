import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { DOC_TEXT } from '../kits/forum/events.ts';
import type { Body } from './support/api.ts';
import { startForum } from './support/forum/start-forum.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';

const MINUTE = 60_000;

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const decode = (text: unknown) => new Uint8Array(Buffer.from(String(text), 'base64'));

/** A copy of a document, as an editor has one. */
class Copy {
  readonly doc = new Y.Doc();
  /** Of what was typed here and is not sent. */
  typed: string[] = [];

  constructor() {
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'server') this.typed.push(encode(update));
    });
  }

  get text(): string {
    return this.doc.getText(DOC_TEXT).toString();
  }

  type(at: number, text: string): void {
    this.doc.getText(DOC_TEXT).insert(at, text);
  }

  take(update: unknown): void {
    Y.applyUpdate(this.doc, decode(update), 'server');
  }

  get vector(): string {
    return encode(Y.encodeStateVector(this.doc));
  }
}

const databaseOf = bothDatabases();

describe.each(DATABASES)('a shared document on %s', (database) => {
  it('is the same for two who edit at once, offline too, on every transport', async () => {
    const forum = await startForum({ config: databaseOf(database) });
    const thread_id = await forum.thread();
    const [ayse, berk] = await Promise.all([forum.socket('ayse'), forum.native('berk')]);
    const [hers, his] = [new Copy(), new Copy()];
    const opened = await ayse.ask('doc_open', { thread_id, user_id: 'ayse' });
    expect(opened).toMatchObject({ channel: `doc:${thread_id}`, writable: true });
    hers.take(opened.state);
    expect(hers.text).toBe('');

    // Berk hears from the position that the state has.
    const { data } = await berk.ask('doc_open', { data: { thread_id } });
    his.take(data?.state);
    hers.type(0, 'Merhaba');
    for (const update of hers.typed.splice(0)) await ayse.ask('doc_update', { thread_id, update });
    his.take((await berk.event(({ event }) => event === 'doc_update')).data?.update);
    expect(his.text).toBe('Merhaba');

    // Both are away and write; an update that comes twice counts once.
    hers.type(7, ', dünya');
    his.type(0, '¡');
    const api = forum.as('berk');
    for (const update of [...his.typed, ...his.typed])
      expect((await api.post('/commands/doc_update', { thread_id, update })).status).toBe(200);
    const back = await ayse.ask('doc_open', { thread_id, vector: hers.vector });
    hers.take(back.state);
    const missing = Y.encodeStateAsUpdate(hers.doc, decode(back.vector));
    await ayse.ask('doc_update', { thread_id, update: encode(missing) });
    his.take(
      (await berk.event(({ event, data }) => event === 'doc_update' && data?.user_id === 'ayse')).data
        ?.update,
    );
    expect([hers.text, his.text]).toEqual(['¡Merhaba, dünya', '¡Merhaba, dünya']);
    expect((await api.get(`/forum/threads/${thread_id}/document`)).body).toMatchObject({
      text: '¡Merhaba, dünya',
      writable: true,
    });
    // And who resumes from the first position hears it all.
    const third = new Copy();
    third.take(opened.state);
    const late = await forum.native('cem');
    const [resumed] = await late.subscribe({ channel: opened.channel, since: opened.position });
    expect(resumed?.recovered).toBe(true);
    for (const { data } of resumed?.events ?? []) third.take(data?.update);
    expect(third.text).toBe('¡Merhaba, dünya');
  });

  it('loses nothing of many who write at once on two servers, while states are made', async () => {
    const one = await startForum({ config: databaseOf(database) });
    const other =
      database === 'SQLite' ? one : await startForum({ config: databaseOf(database), clock: one.clock });
    const thread_id = await one.thread();
    const copies = Array.from({ length: 4 }, () => new Copy());
    await Promise.all(
      copies.map(async (copy, index) => {
        const api = (index % 2 === 0 ? one : other).as(`user${index}`);
        for (let count = 0; count < 30; count += 1) {
          copy.type(0, `${index}`);
          for (const update of copy.typed.splice(0)) {
            const { status, text } = await api.post('/commands/doc_update', { thread_id, update });
            if (status !== 200) throw new Error(text);
          }
        }
      }),
    );
    const { body } = await other.as('ayse').get(`/forum/threads/${thread_id}/document`);
    expect([...String(body.text)].sort().join('')).toBe(
      [0, 1, 2, 3].map((index) => `${index}`.repeat(30)).join(''),
    );
  });

  it('can be read as it was, and be so again', async () => {
    const forum = await startForum({ config: databaseOf(database), options: { documentVersions: 3 } });
    const thread_id = await forum.thread();
    const copy = new Copy();
    const path = `/forum/threads/${thread_id}/document`;
    const api = forum.as('ayse', { name: 'Ayşe' });
    const write = async (text: string) => {
      copy.type(copy.text.length, text);
      for (const update of copy.typed.splice(0))
        await api.post('/commands/doc_update', { thread_id, update });
    };
    const versions = async () => (await api.get(`${path}/versions`)).body.versions as Body[];
    await write('one');
    forum.clock.jump(9 * MINUTE);
    await write(' two');
    expect(await versions()).toEqual([]);
    forum.clock.jump(MINUTE);
    await write(' three');
    const [kept] = await versions();
    expect(kept).toMatchObject({ user_id: 'ayse', username: 'Ayşe', characters: 7 });
    expect((await api.get(`${path}/versions/${kept?.id}`)).body).toMatchObject({ text: 'one two' });
    expect((await api.post(`${path}/versions`)).status).toBe(201);
    const ayse = await forum.socket('ayse');
    copy.take((await ayse.ask('doc_open', { thread_id })).state);
    expect((await forum.as('berk').post(`${path}/versions/${kept?.id}/restore`)).body).toMatchObject({
      text: 'one two',
    });
    copy.take((await ayse.take('doc_update')).update);
    expect(copy.text).toBe('one two');
    expect((await versions()).map(({ characters }) => characters)).toEqual([13, 13, 7]);
    await api.post(`${path}/versions`);
    expect((await versions()).map(({ characters }) => characters)).toEqual([7, 13, 13]);
    expect((await api.get(`${path}/versions/${kept?.id}`)).body.code).toBe('not_found');
  });
});

it('tells where somebody is, and that they have gone', async () => {
  const forum = await startForum();
  const thread_id = await forum.thread();
  const ayse = await forum.socket('ayse');
  const berk = await forum.native('berk');
  const awareness = new Awareness(new Y.Doc());
  awareness.setLocalStateField('cursor', { anchor: 3, head: 5 });
  const update = encode(encodeAwarenessUpdate(awareness, [awareness.clientID]));
  awareness.destroy();
  await expect(ayse.ask('doc_awareness', { thread_id, update })).rejects.toThrow('not_subscribed');
  await ayse.ask('doc_open', { thread_id });
  await berk.ask('doc_open', { data: { thread_id } });
  await ayse.ask('doc_awareness', { thread_id, update });
  const told = () => berk.event(({ event }) => event === 'doc_awareness');
  expect((await told()).data).toEqual({ thread_id, update, user_id: 'ayse' });
  for (const bad of ['', 'no base64!', encode(new Uint8Array([9, 9, 9]))])
    await expect(ayse.ask('doc_awareness', { thread_id, update: bad })).rejects.toThrow('invalid_request');
  // Who has closed the document takes back the cursor, and tells of none any more.
  const none = new Awareness(awareness.doc);
  none.setLocalState(null);
  const gone = encode(encodeAwarenessUpdate(none, [none.clientID]));
  none.destroy();
  const cem = await forum.socket('cem');
  await cem.ask('doc_open', { thread_id });
  await cem.ask('doc_awareness', { thread_id, update });
  await told();
  await cem.ask('unsubscribe', { channels: [`cursors:${thread_id}`] });
  await expect(cem.ask('doc_awareness', { thread_id, update })).rejects.toThrow('not_subscribed');
  await cem.ask('doc_awareness', { thread_id, update: gone });
  expect((await told()).data).toEqual({ thread_id, update: gone, user_id: 'cem' });
  await expect(cem.ask('doc_awareness', { thread_id, update: gone })).rejects.toThrow('not_subscribed');
  ayse.socket.disconnect();
  const { data } = await told();
  expect(Buffer.from(String(data?.update), 'base64').toString()).toContain('null');
});

it('takes nothing that is no update, and from nobody who may not write', async () => {
  const forum = await startForum({ options: { documentBytes: 1000 } });
  const thread_id = await forum.thread({ private: true });
  const moderator = forum.as('ayse', { roles: ['moderator'] });
  const post = (update: string, api = moderator, command = 'doc_update') =>
    api.post(`/commands/${command}`, { thread_id, update });
  const good = (text: string) => {
    const copy = new Copy();
    copy.type(0, text);
    return copy.typed[0] as string;
  };
  const hostile = encoding.createEncoder();
  // One client that claims to have 2^40 structs.
  for (const number of [1, 2 ** 40, 7, 0]) encoding.writeVarUint(hostile, number);
  for (const bad of ['', '!', 'AQ', encode(encoding.toUint8Array(hostile)), encode(Buffer.from('{"a":1}'))])
    expect((await post(bad)).body.code).toBe('invalid_request');
  // What is in a private board is not there for others.
  expect((await post(good('x'), forum.as('berk'))).body.code).toBe('not_found');
  expect((await forum.as('berk').get(`/forum/threads/${thread_id}/document`)).body.code).toBe('not_found');
  expect((await forum.as('berk').post('/commands/doc_open', { thread_id })).body.code).toBe('not_found');
  const berk = await forum.native('berk');
  expect(await berk.subscribe('panel:servers', `doc:${thread_id}`, `cursors:${thread_id}`)).toMatchObject([
    { recovered: false },
    { error: { code: 'forbidden' } },
    { error: { code: 'forbidden' } },
  ]);
  // As long as it may be.
  expect((await post(good('y'.repeat(900)))).status).toBe(200);
  expect((await post(good('z'.repeat(900)))).body.code).toBe('limit_reached');
  expect((await post(good('z'))).status).toBe(200);
  const { body } = await moderator.get(`/forum/threads/${thread_id}/document`);
  expect(body.text).toHaveLength(901);
  // Says nothing, and is told to nobody.
  expect((await post(encode(Y.encodeStateAsUpdate(new Y.Doc())))).status).toBe(200);
  expect((await moderator.post('/commands/doc_open', { thread_id, vector: 'AAECAw==!' })).body.code).toBe(
    'invalid_request',
  );
  await moderator.call('PATCH', `/forum/threads/${thread_id}`, { locked: true });
  const member = forum.as('cem');
  await forum.backend.call('PUT', `/forum/boards/${await boardOf()}/members/cem`);
  expect((await post(good('q'), member)).body.code).toBe('forbidden');
  expect((await member.post('/commands/doc_open', { thread_id })).body).toMatchObject({ writable: false });

  async function boardOf() {
    return (await moderator.get(`/forum/threads/${thread_id}`)).body.board_id;
  }
});
