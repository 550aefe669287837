/**
 * PROTOCOL.md, "HTTP": calls, receipts, problem details, and what is fixed about their shapes.
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

const receiptOf = (channel: string, offset: number) => ({
  channel,
  offset,
  epoch: expect.any(String),
  id: expect.any(String),
});

describe('POST /publish', () => {
  it('answers {channel, offset, epoch, id}', async () => {
    const channel = target.channel();
    const answer = await target.api.post('/publish', { channel, event: 'hello', data: { n: 1 } });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(receiptOf(channel, 1));
  });

  it('repeated with the same key has one effect and the same answer', async () => {
    const channel = target.channel();
    const publish = { channel, event: 'e', data: { n: 1 }, key: 'once' };
    const [first, second] = await Promise.all([
      target.api.post('/publish', publish),
      target.api.post('/publish', publish),
    ]);
    expect(second.body).toEqual(first.body);
    expect((await target.api.post('/publish', publish)).body).toEqual(first.body);
    expect((await target.api.post('/publish', { channel, event: 'e' })).body).toMatchObject({ offset: 2 });
  });

  it('with the same key and other content is refused with key_conflict', async () => {
    const channel = target.channel();
    await target.api.publish(channel, 'e', 1, { key: 'k' });
    const answer = await target.api.post('/publish', { channel, event: 'e', data: 2, key: 'k' });
    expect([answer.status, answer.body.code]).toEqual([409, 'key_conflict']);
  });
});

describe('POST /publish/channels', () => {
  it('publishes the same event on many channels; one that fails does not stop the others', async () => {
    const [a, b] = [target.channel(), target.channel()];
    const answer = await target.api.post('/publish/channels', { channels: [a, 'nowhere:1', b], event: 'e' });
    expect(answer.body.results).toEqual([
      receiptOf(a, 1),
      { error: { code: 'unknown_namespace', message: expect.any(String) } },
      receiptOf(b, 1),
    ]);
  });
});

describe('POST /publish/batch', () => {
  it('publishes many events, in order', async () => {
    const channel = target.channel();
    const events = [1, 2, 3].map((data) => ({ channel, event: 'n', data }));
    const answer = await target.api.post('/publish/batch', { events });
    expect(answer.body.results).toEqual([1, 2, 3].map((offset) => receiptOf(channel, offset)));
  });
});

describe('POST /commands/NAME', () => {
  it('answers what the command answers, to a user', async () => {
    const channel = target.channel();
    const alice = target.api.as(target.token('alice'));
    expect((await alice.post('/commands/publish', { channel, event: 'e' })).body).toEqual(
      receiptOf(channel, 1),
    );
    expect((await alice.post('/commands/history', { channel })).body).toMatchObject({
      channel,
      events: [{ offset: 1, user: 'alice' }],
    });
  });

  it('takes Idempotency-Key as its key', async () => {
    const channel = target.channel();
    const alice = target.api.as(target.token('alice'));
    const headers = { 'idempotency-key': 'from a header' };
    const first = await alice.post('/commands/publish', { channel, event: 'e' }, headers);
    const second = await alice.post('/commands/publish', { channel, event: 'e' }, headers);
    expect(first.body).toEqual(receiptOf(channel, 1));
    expect(second.body).toEqual(first.body);
  });
});

describe('channels', () => {
  it('GET /channels/CHANNEL/history reads the past, for a backend and for a user with the right', async () => {
    const channel = target.channel();
    await target.api.publish(channel, 'n', 1);
    const { epoch } = await target.api.publish(channel, 'n', 2);
    const path = `/channels/${channel}/history`;
    const page = { channel, position: `${epoch}:2`, recovered: false, more: false };
    expect((await target.api.get(path)).body).toMatchObject({ ...page, events: [{ data: 1 }, { data: 2 }] });
    const alice = target.api.as(target.token('alice'));
    expect((await alice.get(`${path}?since=${epoch}:1`)).body).toMatchObject({
      ...page,
      recovered: true,
      events: [{ data: 2 }],
    });
    expect((await alice.get('/channels/user:bob/history')).body).toMatchObject({ code: 'forbidden' });
  });

  it('GET /channels lists them', async () => {
    const channel = target.channel();
    const { epoch } = await target.api.publish(channel, 'e');
    const { body } = await target.api.get(`/channels?prefix=${channel}`);
    expect(body.channels).toMatchObject([{ channel, position: `${epoch}:1`, events: 1, subscribers: 0 }]);
  });

  it('DELETE /channels/CHANNEL/history begins a new epoch', async () => {
    const channel = target.channel();
    const before = await target.api.publish(channel, 'e');
    expect((await target.api.call('DELETE', `/channels/${channel}/history`)).status).toBeLessThan(300);
    const after = await target.api.publish(channel, 'e');
    expect(after.offset).toBe(1);
    expect(after.epoch).not.toBe(before.epoch);
    const client = await NativeClient.welcomed(target.url);
    const [answer] = await client.subscribe({ channel, since: `${before.epoch}:1` });
    expect(answer).toMatchObject({ recovered: false, position: `${after.epoch}:1` });
  });
});

describe('sessions', () => {
  it('GET /connections lists them, DELETE /connections/SESSION ends one', async () => {
    const user = target.channel('x').replace(':', '-');
    const client = await NativeClient.connect(target.url, { token: target.token(user) });
    const { session } = await client.messages.take();
    const { body } = await target.api.get(`/connections?user=${user}`);
    expect(JSON.stringify(body)).toContain(String(session));
    expect((await target.api.call('DELETE', `/connections/${session}`)).status).toBeLessThan(300);
    expect([4007, 4502]).toContain((await client.closed).code);
  });

  it('POST /users/USER/disconnect ends a user’s sessions within a second', async () => {
    const user = target.channel('x').replace(':', '-');
    const client = await NativeClient.welcomed(target.url, { token: target.token(user) });
    const before = performance.now();
    expect((await target.api.post(`/users/${user}/disconnect`, {})).body).toEqual({ disconnected: 1 });
    expect((await client.closed).code).toBe(4007);
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it('GET /realtime/stats counts them', async () => {
    await NativeClient.welcomed(target.url);
    const { body } = await target.api.get('/realtime/stats');
    expect(body).toMatchObject({
      connected_clients: expect.any(Number),
      uptime: expect.any(String),
      events_sent_today: expect.any(Number),
    });
    expect(body.connected_clients).toBeGreaterThan(0);
    expect((await target.api.as(target.token('alice')).get('/realtime/stats')).status).toBe(200);
  });
});

describe('what a server call needs', () => {
  it.each(['/publish', '/publish/channels', '/publish/batch', '/users/alice/disconnect', '/tokens/revoke'])(
    'POST %s is refused to a user with invalid_api_key, as a problem document',
    async (path) => {
      const answer = await target.api.as(target.token('alice')).post(path, {});
      expect(answer.status).toBe(401);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.body).toMatchObject({
        type: 'urn:tidings:error:invalid_api_key',
        title: expect.any(String),
        status: 401,
        code: 'invalid_api_key',
      });
    },
  );
});

describe('what describes the server', () => {
  it('GET /healthz is 200 when it is ready', async () => {
    expect((await target.api.get('//healthz')).status).toBe(200);
    expect((await target.api.get('//readyz')).status).toBe(200);
  });

  it('GET /asyncapi.json is AsyncAPI 3', async () => {
    const { body } = await target.api.get('//asyncapi.json');
    expect(body.asyncapi).toMatch(/^3\./);
  });

  it('GET /docs is there', async () => {
    expect((await target.api.get('//docs')).status).toBe(200);
  });
});
