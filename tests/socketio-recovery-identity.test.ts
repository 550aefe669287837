import { disconnect } from '@tidings/protocol';
import type { Socket } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../packages/server/src/core/testing/manual-clock.ts';
import { RecoveringListener, TICK } from './support/recovering-listener.ts';
import { type SocketIOTestServer, tokenFor } from './support/socketio-server.ts';
import { once, startSocketIOServer, stockClient } from './support/start-socketio.ts';

describe('who is recovered', () => {
  /** Takes what a stock client would hand back, cuts it off, and comes back with it. */
  async function comeBack(
    server: SocketIOTestServer,
    first: { token?: string } | undefined,
    second: { token?: string } | undefined,
    between?: (socket: Socket) => Promise<unknown>,
  ) {
    let auth = first ?? {};
    const listener = new RecoveringListener(server.url, { auth: (answer) => answer(auth) });
    await listener.connections(1);
    await between?.(listener.socket);
    auth = second ?? {};
    const failed = once(listener.socket, 'connect_error');
    const back = listener.cut();
    const [error] = await Promise.race([failed, back.then(() => [])]);
    const [session] = server.core.hub.sessions.values();
    return {
      recovered: listener.recovered.at(1),
      user: session?.identity.user,
      error: (error as { data?: unknown } | undefined)?.data,
      listener,
    };
  }

  const login = (token: string) => (socket: Socket) => socket.emitWithAck('authenticate', { token });
  const alice = tokenFor('alice');

  it('the same user, by the newer of both tokens', async () => {
    const server = await startSocketIOServer();
    const older = tokenFor('alice', { issuedAt: 1000 });
    const newer = tokenFor('alice', { issuedAt: 2000 });
    expect(await comeBack(server, { token: alice }, { token: alice })).toMatchObject({
      recovered: true,
      user: 'alice',
    });
    for (const [first, second] of [
      [older, newer],
      [newer, older],
    ] as const) {
      const { recovered, listener } = await comeBack(server, { token: first }, { token: second });
      expect(recovered).toBe(true);
      const session = server.core.hub.sessions.get(listener.socket.id!);
      expect(session?.identity.issuedAt).toBe(2000);
    }
  });

  it('nobody else', async () => {
    const server = await startSocketIOServer();
    expect(await comeBack(server, { token: alice }, { token: tokenFor('bob') })).toMatchObject({
      recovered: false,
      user: 'bob',
    });
  });

  it('not an anonymous session by a user', async () => {
    const server = await startSocketIOServer();
    expect(await comeBack(server, undefined, { token: alice })).toMatchObject({
      recovered: false,
      user: 'alice',
    });
  });

  it('who authenticated by the command, without a token in the handshake', async () => {
    const server = await startSocketIOServer({ anonymous: false });
    expect(await comeBack(server, undefined, undefined, login(alice))).toMatchObject({
      recovered: true,
      user: 'alice',
    });
  });

  it('not whose token has expired or was revoked meanwhile', async () => {
    const clock = new ManualClock();
    const revoked = new Set<string | undefined>();
    const server = await startSocketIOServer({ clock, stands: ({ user }) => !revoked.has(user) });
    const short = tokenFor('short', { expiresAt: clock.now() + 1000 });
    expect(
      await comeBack(server, undefined, undefined, async (socket) => {
        await login(short)(socket);
        clock.advance(1000);
      }),
    ).toMatchObject({ recovered: false, user: undefined });
    expect(
      await comeBack(server, undefined, undefined, async (socket) => {
        await login(alice)(socket);
        revoked.add('alice');
      }),
    ).toMatchObject({ recovered: false });
  });

  it('not who lost the right to a channel', async () => {
    const server = await startSocketIOServer({
      namespaces: { room: { rights: { subscribe: 'granted' } } },
    });
    const grants = [{ pattern: 'room:*', rights: ['subscribe'] as const }];
    const follow = async (socket: Socket) => {
      expect(await socket.emitWithAck('subscribe', 'room:1')).toMatchObject({ ok: true });
    };
    const may = tokenFor('alice', { grants });
    expect(await comeBack(server, { token: may }, { token: may }, follow)).toMatchObject({ recovered: true });
    expect(await comeBack(server, { token: may }, { token: alice }, follow)).toMatchObject({
      recovered: false,
      user: 'alice',
    });
  });

  it('who follows channels because the server had it follow, without a right of its own', async () => {
    const server = await startSocketIOServer({
      namespaces: { inbox: { rights: { subscribe: 'nobody' } } },
    });
    const listener = new RecoveringListener(server.url);
    await listener.connections(1);
    const [session] = server.core.hub.sessions.values();
    const followed = await server.core.hub.subscribe(session!, [
      { channel: server.core.namespaces.resolve('inbox:1'), from: {} },
    ]);
    server.core.hub.activate(followed.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
    const { epoch } = await server.publish('inbox:1', 'other');
    listener.places.set('inbox:1', { epoch, offset: 1 });
    await listener.cut();
    await listener.reach({ channel: 'inbox:1', ...(await server.publish('inbox:1', TICK)) });
    expect(listener.recovered).toEqual([false, true]);
    expect(listener.faults).toEqual([]);
  });

  it('not who was dismissed', async () => {
    const server = await startSocketIOServer();
    const listener = new RecoveringListener(server.url);
    await listener.connections(1);
    const [session] = server.core.hub.sessions.values();
    const left = once(listener.socket, 'disconnect');
    const notice = once(listener.socket, 'tidings:disconnect');
    server.core.hub.disconnect(session!, disconnect('kicked'));
    expect(await notice).toEqual([{ code: 4502, reason: 'kicked', reconnect: false }]);
    expect((await left)[0]).toBe('io server disconnect');
    listener.socket.connect();
    await listener.connections(2);
    expect(listener.recovered).toEqual([false, false]);
  });

  it('one of two who come with the same secret at once', async () => {
    const server = await startSocketIOServer();
    const listener = new RecoveringListener(server.url, { reconnection: false });
    await listener.connections(1);
    const { sid, pid, offset } = await secretsOf(server, listener);
    listener.socket.io.engine.close();
    const twins = [0, 1].map(() =>
      stockClient(server.url, { auth: { pid, offset }, transports: ['websocket'], reconnection: false }),
    );
    await Promise.all(twins.map((twin) => once(twin, 'connect')));
    // The later one has the session, or a new one when both came in the same moment.
    await expect.poll(() => twins.filter(({ id }) => id === sid)).toHaveLength(1);
    expect([...server.core.hub.sessions.keys()].sort()).toEqual(twins.flatMap(({ id }) => id ?? []).sort());
  });

  it('nobody by a made-up secret or place', async () => {
    const server = await startSocketIOServer();
    const listener = new RecoveringListener(server.url, { reconnection: false });
    await listener.connections(1);
    const { sid, pid, offset } = await secretsOf(server, listener);
    for (const auth of [
      { pid: 'x'.repeat(20), offset },
      { pid, offset: 'x' },
      { pid, offset: `${'0'.repeat(16)}.0` },
      { pid: '__proto__', offset },
      { pid: { a: 1 }, offset: [1] },
    ]) {
      const other = stockClient(server.url, { auth });
      await once(other, 'connect');
      expect(other.id).not.toBe(sid);
    }
    expect(server.errors).toEqual([]);
  });
});

/** What a stock client hands back when it comes back. */
async function secretsOf(server: SocketIOTestServer, listener: RecoveringListener) {
  const sid = listener.socket.id!;
  const pid: unknown = Reflect.get(server.io.sockets.sockets.get(sid)!, 'pid');
  await expect.poll(() => typeof Reflect.get(listener.socket, '_lastOffset')).toBe('string');
  return { sid, pid, offset: Reflect.get(listener.socket, '_lastOffset') as string };
}
