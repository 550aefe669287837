import { describe, expect, it } from 'vitest';
import { rawClient } from './support/raw-socketio.ts';
import { tokenFor } from './support/socketio-server.ts';
import { once, startSocketIOServer, stockClient } from './support/start-socketio.ts';

describe('who may come in', () => {
  it('by auth, header or query, and says who it is', async () => {
    const server = await startSocketIOServer({ anonymous: false });
    const token = tokenFor('alice');
    for (const options of [
      { auth: { token } },
      { extraHeaders: { authorization: `Bearer ${token}` } },
      { query: { token } },
    ]) {
      const socket = stockClient(server.url, options);
      expect((await once(socket, 'connected'))[0]).toMatchObject({ user: 'alice' });
      expect(await socket.emitWithAck('subscribe', 'users:1')).toMatchObject({ ok: true });
    }
  });

  it('a bad token is told by connect_error, and takes no place', async () => {
    const server = await startSocketIOServer({ limits: { connections: 1 } });
    for (let n = 0; n < 3; n += 1) {
      const socket = stockClient(server.url, { auth: { token: 'nonsense' } });
      const [error] = await once(socket, 'connect_error');
      expect((error as { data?: unknown }).data).toMatchObject({ code: 'invalid_token' });
      socket.disconnect();
      await expect.poll(() => server.io.engine.clientsCount).toBe(0);
    }
    const socket = stockClient(server.url);
    await once(socket, 'connected');
  });

  it('without a token only to authenticate, where it must', async () => {
    const server = await startSocketIOServer({ anonymous: false });
    const socket = stockClient(server.url);
    await once(socket, 'connected');
    expect(await socket.emitWithAck('subscribe', 'users:1')).toMatchObject({
      error: { code: 'unauthenticated' },
    });
    expect(await socket.emitWithAck('authenticate', { token: tokenFor('alice') })).toEqual({
      ok: true,
      data: { user: 'alice' },
    });
    expect(await socket.emitWithAck('subscribe', 'users:1')).toMatchObject({ ok: true });
  });

  it('no more than there is room for, also of those who never say who they are', async () => {
    const server = await startSocketIOServer({ limits: { connections: 2 } });
    const silent = await rawClient(server.url);
    const socket = stockClient(server.url, { transports: ['websocket'] });
    await once(socket, 'connected');
    const third = stockClient(server.url);
    await once(third.io as never, 'reconnect_attempt');
    expect(third.connected).toBe(false);
    silent.ws.terminate();
    await once(third, 'connected');
    socket.disconnect();
    third.disconnect();
    await expect.poll(() => server.io.engine.clientsCount).toBe(0);
    // Every place was given back, once.
    for (let n = 0; n < 2; n += 1) await once(stockClient(server.url), 'connected');
  });

  it('not a client of an older protocol, which takes no place while it keeps its connection', async () => {
    const server = await startSocketIOServer({ limits: { connections: 1 } });
    for (let n = 0; n < 3; n += 1) {
      const old = await fetch(`${server.url}/socket.io/?EIO=3&transport=polling`);
      expect(old.status).toBe(400);
      expect(await old.json()).toMatchObject({ message: 'Unsupported protocol version' });
    }
    await once(stockClient(server.url), 'connected');
  });

  it('not a page of a foreign origin, and others are told that they may', async () => {
    const server = await startSocketIOServer({ origins: ['https://app.example'] });
    const knock = (origin: string) =>
      fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });
    const foreign = await knock('https://evil.example');
    expect(foreign.status).toBe(403);
    expect(await foreign.json()).toMatchObject({ message: 'origin_refused' });
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    for (const origin of ['https://app.example', server.url]) {
      const known = await knock(origin);
      expect(known.status).toBe(200);
      expect(known.headers.get('access-control-allow-origin')).toBe(origin);
      expect(known.headers.getSetCookie()).toEqual([]);
    }
    const native = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
    expect(native.headers.get('access-control-allow-origin')).toBeNull();
    const refused = stockClient(server.url, {
      transports: ['websocket'],
      extraHeaders: { origin: 'https://evil.example' },
      reconnection: false,
    });
    await once(refused, 'connect_error');
  });

  it('joining twice over one connection ends it, however the namespace is written', async () => {
    const server = await startSocketIOServer({ limits: { connections: 1 } });
    for (const join of ['40', '40/,', '40/']) {
      const { ws, closed } = await rawClient(server.url);
      ws.send(join);
      ws.send(join);
      await closed;
    }
    await expect.poll(() => server.core.hub.sessions.size).toBe(0);
    const socket = stockClient(server.url);
    await once(socket, 'connected');
  });

  it('again over the same connection, once it has left', async () => {
    const server = await startSocketIOServer({ limits: { connections: 1 } });
    const { ws, inbox } = await rawClient(server.url);
    for (let n = 0; n < 3; n += 1) {
      ws.send('40');
      await inbox.take((text) => text.startsWith('42["connected"'));
      ws.send('41');
      await expect.poll(() => server.core.hub.sessions.size).toBe(0);
    }
  });

  it('serves the client for browsers', async () => {
    const server = await startSocketIOServer();
    const response = await fetch(`${server.url}/socket.io/socket.io.min.js`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('Socket.IO');
  });
});
