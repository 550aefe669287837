import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Body } from './support/api.ts';
import { forumToken, type RunningForum, startForum } from './support/forum/start-forum.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';

const HOUR = 3_600_000;

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A picture as large as one wants. */
const picture = (bytes: number) => Buffer.concat([PNG, randomBytes(bytes - PNG.length)]);

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

interface Sending {
  readonly user?: string;
  readonly name?: string;
  readonly type?: string;
  readonly key?: string;
  readonly seq?: number;
}

async function send(
  { url }: RunningForum,
  thread: string,
  content: BodyInit,
  { user = 'ayse', name = 'a.png', type = 'application/json', key, seq }: Sending = {},
) {
  const query = new URLSearchParams({ name, ...(seq !== undefined && { seq: String(seq) }) });
  const response = await fetch(`${url}/api/v1/forum/threads/${thread}/files?${query}`, {
    method: 'POST',
    body: content,
    duplex: 'half',
    headers: {
      authorization: `Bearer ${forumToken(user, { name: user.toUpperCase() })}`,
      'content-type': type,
      ...(key !== undefined && { 'idempotency-key': key }),
    },
  } as RequestInit);
  return { status: response.status, body: (await response.json()) as Body };
}

/** Reads a file as a user does. */
const read = ({ url }: RunningForum, file: Body, headers: Record<string, string> = {}, user = 'berk') =>
  fetch(url + String(file.url), { headers: { authorization: `Bearer ${forumToken(user)}`, ...headers } });

const databaseOf = bothDatabases();

describe.each(DATABASES)('a file on %s', (database) => {
  it('comes in pieces, is told when it is there, and is read whole or in part', async () => {
    const forum = await startForum({ config: databaseOf(database) });
    const thread = await forum.thread();
    const berk = await forum.native('berk');
    await berk.subscribe(`thread:${thread}`);
    const content = picture(700_000);
    const sent = await send(forum, thread, content, { name: 'C:\\temp\\Fotoğraf "1".png', key: 'once' });
    expect(sent).toEqual({
      status: 201,
      body: {
        id: expect.any(String),
        thread_id: thread,
        seq: null,
        name: 'Fotoğraf "1".png',
        type: 'image/png',
        size: 700_000,
        user_id: 'ayse',
        username: 'AYSE',
        timestamp: expect.any(String),
        url: expect.any(String),
      },
    });
    const told = await berk.event(({ data }) => data?.type === 'file');
    expect(told.data).toEqual({ type: 'file', thread_id: thread, data: sent.body });
    // A repeat has one effect and the same answer; other content under the key is refused.
    expect((await send(forum, thread, content, { name: 'Fotoğraf "1".png', key: 'once' })).body).toEqual(
      sent.body,
    );
    expect((await send(forum, thread, picture(700), { key: 'once' })).body.code).toBe('key_conflict');
    expect((await forum.as('berk').get(`/forum/threads/${thread}/files`)).body).toEqual({
      files: [sent.body],
    });

    const whole = await read(forum, sent.body);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': '700000',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
      'content-security-policy': "sandbox; default-src 'none'",
      'content-disposition': `inline; filename="Foto?raf \\"1\\".png"; filename*=UTF-8''Foto%C4%9Fraf%20%221%22.png`,
    });
    expect(hashOf(await whole.bytes())).toBe(hashOf(content));
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 1],
      ['bytes=262143-262145', 262_143, 262_146],
      ['bytes=-5', 699_995, 700_000],
      ['bytes=699999-', 699_999, 700_000],
      ['bytes=100-600000', 100, 600_001],
    ] as const) {
      const part = await read(forum, sent.body, { range });
      expect([part.status, part.headers.get('content-range')]).toEqual([
        206,
        `bytes ${start}-${end - 1}/700000`,
      ]);
      expect(hashOf(await part.bytes())).toBe(hashOf(content.subarray(start, end)));
    }
    expect((await read(forum, sent.body, { range: 'bytes=700000-' })).status).toBe(416);
    for (const headers of [{ range: 'lines=1-2' }, { range: 'bytes=0-1', 'if-range': '"other"' }])
      expect((await read(forum, sent.body, headers)).status).toBe(200);
    const etag = whole.headers.get('etag') as string;
    expect((await read(forum, sent.body, { 'if-none-match': etag })).status).toBe(304);

    // Only who has sent it deletes it, or a moderator.
    const path = `/forum/files/${sent.body.id}`;
    expect((await forum.as('berk').call('DELETE', path)).body.code).toBe('forbidden');
    expect((await forum.as('ayse').call('DELETE', path)).status).toBe(204);
    expect((await berk.event(({ data }) => data?.type === 'file_deleted')).data).toMatchObject({
      data: { id: sent.body.id },
    });
    expect((await read(forum, sent.body)).status).toBe(404);
  });

  it('goes with its post', async () => {
    const forum = await startForum({ config: databaseOf(database) });
    const thread = await forum.thread();
    const post = await forum.as('ayse').post(`/forum/threads/${thread}/posts`, { content: 'Look' });
    const { seq } = post.body.post as { seq: number };
    expect((await send(forum, thread, PNG, { seq, user: 'berk' })).body.code).toBe('forbidden');
    const { body } = await send(forum, thread, PNG, { seq });
    expect(body).toMatchObject({ seq });
    expect((await read(forum, body)).status).toBe(200);
    await forum.as('ayse').call('DELETE', `/forum/threads/${thread}/posts/${seq}`);
    expect((await read(forum, body)).status).toBe(404);
    expect((await send(forum, thread, PNG, { seq })).body.code).toBe('forbidden');
  });
});

it('refuses what is too long, empty, of a kind that is not taken, or breaks off', async () => {
  const forum = await startForum({ options: { fileBytes: 300_000, filesPerHour: 8 } });
  const thread = await forum.thread();
  const code = async (
    ...sending: Parameters<typeof send> extends [unknown, unknown, ...infer R] ? R : never
  ) => (await send(forum, thread, ...sending)).body.code;
  expect(await code(picture(300_001))).toBe('message_too_large');
  // Without a length it is noticed on the way.
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(picture(100_000)),
  });
  expect(await code(endless as BodyInit, { user: 'cem' })).toBe('message_too_large');
  expect(await code('')).toBe('invalid_request');
  expect(await code(Buffer.from('MZ\x90\0\x03\0\0\0'), { name: 'setup.png', type: 'image/png' })).toBe(
    'unsupported_media_type',
  );
  for (const name of ['..', '/', ' ', 'a/'])
    expect(await code(PNG, { name, user: 'dilek' })).toBe('invalid_request');
  // A page is taken as the text that it is, and saved, not shown.
  const page = await send(forum, thread, '<script>alert(1)</script>', { name: 'x.html', type: 'text/html' });
  const response = await read(forum, page.body);
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename=x.html');

  const { port } = new URL(forum.url);
  const broken = request({
    port,
    method: 'POST',
    path: `/api/v1/forum/threads/${thread}/files?name=b.png`,
    headers: { authorization: `Bearer ${forumToken('eda')}`, 'content-length': 200_000 },
  });
  broken.on('error', () => {});
  broken.write(picture(100_000), () => broken.destroy());
  // What breaks off was counted, and is nothing.
  await new Promise((resolve) => broken.on('close', resolve));
  expect((await forum.as('ayse').get(`/forum/threads/${thread}/files`)).body.files).toHaveLength(1);

  for (let count = 0; count < 5; count += 1) await send(forum, thread, PNG, { user: 'filiz' });
  const three = await Promise.all([1, 2, 3].map(() => send(forum, thread, PNG, { user: 'filiz' })));
  expect(three.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(await code(PNG, { user: 'filiz' })).toBe('rate_limited');
  forum.clock.jump(HOUR);
  expect(await code(PNG, { user: 'filiz' })).toBeUndefined();
});

it('is there for those who may read the thread alone', async () => {
  const forum = await startForum({ options: { filesPerThread: 1 } });
  const thread = await forum.thread({ private: true });
  expect((await send(forum, thread, PNG, { user: 'berk' })).body.code).toBe('not_found');
  const board = (await forum.moderator.get(`/forum/threads/${thread}`)).body.board_id;
  for (const user of ['ayse', 'cem'])
    await forum.moderator.call('PUT', `/forum/boards/${board}/members/${user}`);
  const { body } = await send(forum, thread, PNG);
  expect((await read(forum, body, {}, 'cem')).status).toBe(200);
  expect((await read(forum, body, {}, 'berk')).status).toBe(404);
  expect((await forum.as('berk').call('DELETE', `/forum/files/${body.id}`)).body.code).toBe('not_found');
  expect((await forum.as(undefined).get(`/forum/threads/${thread}/files`)).body.code).toBe('not_found');
  expect((await send(forum, thread, PNG)).body.code).toBe('limit_reached');
  await forum.moderator.call('DELETE', `/forum/files/${body.id}`);
  await forum.moderator.call('PATCH', `/forum/threads/${thread}`, { locked: true });
  expect((await send(forum, thread, PNG)).body.code).toBe('forbidden');
});

it('is the same of a repeat under its key, also where no more are taken', async () => {
  const forum = await startForum({ options: { filesPerThread: 1, filesPerHour: 2 } });
  const [thread, other] = [await forum.thread(), await forum.thread()];
  const first = await send(forum, thread, PNG, { key: 'one' });
  expect(first.status).toBe(201);
  expect(await send(forum, thread, PNG, { key: 'one' })).toEqual(first);
  expect((await send(forum, thread, PNG, { key: 'two' })).body.code).toBe('limit_reached');
  const second = await send(forum, other, PNG, { key: 'three' });
  for (const [of, key, once] of [
    [thread, 'one', first],
    [other, 'three', second],
  ] as const)
    expect(await send(forum, of, PNG, { key })).toEqual(once);
  const third = await forum.thread();
  for (const keyed of [{ key: 'four' }, {}])
    expect((await send(forum, third, PNG, keyed)).body.code).toBe('rate_limited');
});
