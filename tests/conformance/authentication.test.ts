/**
 * PROTOCOL.md, "Authentication": tokens, where they are taken from, refreshing, expiry and revocation.
 *
 * @module
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Claims, inSeconds } from '../support/credentials.ts';
import { EngineSocket } from '../support/engine-io.ts';
import { openStream } from '../support/event-stream.ts';
import { NativeClient } from '../support/native-client.ts';
import { openTarget, type Target } from './target.ts';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});

const connect = (user: string, claims?: Claims) =>
  NativeClient.welcomed(target.url, { token: target.token(user, claims) });

/** A user that no other test has. */
const someone = () => target.channel('x').replace(':', '-');

describe('a token is taken from', () => {
  it('Authorization: Bearer, on all transports', async () => {
    const authorization = `Bearer ${target.token('alice')}`;
    const socket = await NativeClient.connect(target.url, { headers: { authorization } });
    expect(await socket.messages.take()).toMatchObject({ type: 'welcome', user: 'alice' });
    const engine = await EngineSocket.connect(target.url, { headers: { authorization } });
    await engine.join();
    expect(await engine.event('connected')).toMatchObject([{ user: 'alice' }, expect.anything()]);
    const stream = await openStream(target.url, `channels=${target.channel()}`, { authorization });
    expect((await stream.next('welcome')).data).toMatchObject({ user: 'alice' });
    expect((await target.api.as(target.token('alice')).get('/realtime/stats')).status).toBe(200);
  });

  it('?token=, on all transports', async () => {
    const token = target.token('alice');
    const socket = await NativeClient.connect(target.url, { path: `/realtime?token=${token}` });
    expect(await socket.messages.take()).toMatchObject({ type: 'welcome', user: 'alice' });
    const engine = await EngineSocket.connect(target.url, { query: { token } });
    await engine.join();
    expect(await engine.event('connected')).toMatchObject([{ user: 'alice' }, expect.anything()]);
    const stream = await openStream(target.url, `channels=${target.channel()}&token=${token}`);
    expect((await stream.next('welcome')).data).toMatchObject({ user: 'alice' });
  });

  it('a WebSocket subprotocol tidings.token.TOKEN beside tidings.v1', async () => {
    const protocols = ['tidings.v1', `tidings.token.${target.token('alice')}`];
    const socket = await NativeClient.connect(target.url, { protocols });
    expect(socket.ws.protocol).toBe('tidings.v1');
    expect(await socket.messages.take()).toMatchObject({ type: 'welcome', user: 'alice' });
  });

  it('auth: {token} of Socket.IO', async () => {
    const engine = await EngineSocket.connect(target.url);
    await engine.join({ token: target.token('alice') });
    expect(await engine.event('connected')).toMatchObject([{ user: 'alice' }, expect.anything()]);
  });

  it('the command authenticate, on WebSocket and Socket.IO', async () => {
    const socket = await NativeClient.welcomed(target.url);
    const reply = await socket.ask('authenticate', { token: target.token('alice') });
    expect(reply).toMatchObject({ ok: true, data: { user: 'alice', expiresAt: expect.any(Number) } });
    const engine = await (await EngineSocket.connect(target.url)).connected();
    expect(await engine.ask('authenticate', { token: target.token('alice') })).toMatchObject({
      ok: true,
      data: { user: 'alice' },
    });
  });

  it('the header before the query', async () => {
    const socket = await NativeClient.connect(target.url, {
      path: `/realtime?token=${target.token('query')}`,
      token: target.token('header'),
    });
    expect(await socket.messages.take()).toMatchObject({ user: 'header' });
  });
});

describe('the claim channels', () => {
  it('grants rights; * stands for any characters', async () => {
    const client = await connect('alice', {
      channels: { 'staff:a-*': ['subscribe'], 'staff:exact': ['subscribe', 'publish'] },
    });
    const answers = await client.subscribe('staff:a-1', 'staff:exact', 'staff:b', 'staff:exactly');
    expect(answers.map(({ error }) => error?.code)).toEqual([undefined, undefined, 'forbidden', 'forbidden']);
    expect((await client.ask('publish', { channel: 'staff:exact', event: 'e' })).ok).toBe(true);
    expect((await client.ask('publish', { channel: 'staff:a-1', event: 'e' })).error?.code).toBe('forbidden');
  });
});

describe('authenticate', () => {
  it('holds back what is sent behind it', async () => {
    const client = await NativeClient.welcomed(target.url);
    const channel = target.channel();
    client.send({ type: 'authenticate', id: 1, token: target.token('alice') });
    client.send({ type: 'publish', id: 2, channel, event: 'e' });
    expect(await client.messages.take(({ id }) => id === 2)).toMatchObject({ ok: true });
  });

  it('with a newer token of the same user refreshes: it moves the end and the rights', async () => {
    const user = someone();
    const client = await connect(user, { exp: inSeconds(2), channels: { 'staff:old': ['subscribe'] } });
    await client.subscribe('staff:old');
    const token = target.token(user, { exp: inSeconds(600), channels: { 'staff:new': ['subscribe'] } });
    expect(await client.ask('authenticate', { token })).toMatchObject({ ok: true, data: { user } });
    expect(await client.messages.take(({ type }) => type === 'unsubscribed')).toEqual({
      type: 'unsubscribed',
      channel: 'staff:old',
      error: { code: 'forbidden', message: expect.any(String) },
    });
    await client.subscribe('staff:new');
  });
});

describe('a session', () => {
  it('whose token expires is ended with 4003', async () => {
    const client = await connect(someone(), { exp: inSeconds(2) });
    // A server may take a token some seconds longer, as much as clocks may differ.
    expect(await client.messages.take(({ type }) => type === 'disconnect', 15_000)).toMatchObject({
      code: 4003,
      reason: 'token_expired',
      reconnect: true,
    });
    expect((await client.closed).code).toBe(4003);
  });

  it('whose user is revoked is ended with 4501 within a second, and its token is refused', async () => {
    const user = someone();
    const token = target.token(user);
    const client = await NativeClient.welcomed(target.url, { token });
    const engine = await (await EngineSocket.connect(target.url)).connected({ token });
    const stream = await openStream(target.url, `channels=${target.channel()}&token=${token}`);
    await stream.next('welcome');
    const before = performance.now();
    const answer = await target.api.post(`/users/${user}/revoke`, {});
    expect(answer.body).toMatchObject({ disconnected: 3 });
    expect((await client.closed).code).toBe(4501);
    const notice = { code: 4501, reason: 'token_revoked', reconnect: false };
    expect(await engine.event('tidings:disconnect')).toMatchObject([notice]);
    expect((await stream.next('disconnect')).data).toEqual(notice);
    expect(performance.now() - before).toBeLessThan(1000);

    const again = await NativeClient.connect(target.url, { token });
    expect((await again.closed).code).toBe(4501);
    expect((await target.api.as(token).get('/realtime/stats')).body).toMatchObject({ code: 'token_revoked' });
  });

  it('whose token is revoked by its jti is ended with 4501, and the user’s others are not', async () => {
    const user = someone();
    const jti = `${user}-1`;
    const ended = await connect(user, { jti });
    const other = await connect(user, { jti: `${user}-2` });
    await target.api.post('/tokens/revoke', { tokenId: jti });
    expect((await ended.closed).code).toBe(4501);
    expect(await other.ask('ping')).toMatchObject({ type: 'pong' });
  });
});

describe('an origin', () => {
  const origin = 'https://foreign.example';

  it('that is foreign is answered 403 origin_refused on every transport', async () => {
    const socket = NativeClient.connect(target.url, { headers: { origin } });
    await expect(socket).rejects.toMatchObject({ status: 403, body: { code: 'origin_refused' } });
    const stream = await openStream(target.url, `channels=${target.channel()}`, { origin });
    expect(stream.response.statusCode).toBe(403);
    const engine = await fetch(`${target.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });
    expect(engine.status).toBe(403);
    await engine.body?.cancel();
    const call = await target.api.as(undefined).call('POST', '/commands/ping', {}, { origin });
    expect([call.status, call.body.code]).toEqual([403, 'origin_refused']);
  });

  it('no cookie is read', async () => {
    const cookie = `token=${target.token('alice')}; Authorization=${target.token('alice')}`;
    const client = await NativeClient.connect(target.url, { headers: { cookie } });
    expect(await client.messages.take()).toMatchObject({ type: 'welcome', user: null });
  });
});
