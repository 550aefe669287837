import { describe, expect, it } from 'vitest';
import { type SubscribeAnswer, startSocketIOServer, stockClient } from './support/start-socketio.ts';

/** The next event of a name, with all its arguments. */
function next(socket: ReturnType<typeof stockClient>, event: string): Promise<unknown[]> {
  return new Promise((resolve) => socket.once(event, (...parameters: unknown[]) => resolve(parameters)));
}

describe.each(['websocket', 'polling'])('over %s', (transport) => {
  it('a stock client subscribes, hears and publishes', async () => {
    const server = await startSocketIOServer();
    const socket = stockClient(server.url, { transports: [transport] });
    const [greeting, cursor] = await next(socket, 'connected');
    expect(greeting).toEqual({
      status: 'ok',
      timestamp: expect.any(Number),
      session: socket.id,
      user: null,
    });
    expect(cursor).toMatch(/^[0-9a-f]+\.[0-9a-z]+$/);
    const answer: SubscribeAnswer = await socket.emitWithAck('subscribe', { channel: 'memory:1' });
    expect(answer).toMatchObject({
      ok: true,
      channel: 'memory:1',
      recovered: false,
      events: [],
      channels: [{ channel: 'memory:1' }],
    });
    const heard = next(socket, 'price_update');
    const published = await socket.emitWithAck('publish', {
      channel: 'memory:1',
      event: 'price_update',
      data: { new_price: '90 TL' },
    });
    expect(published).toMatchObject({ ok: true, data: { channel: 'memory:1', offset: 1 } });
    const { epoch, id } = published.data;
    expect(await heard).toEqual([
      { new_price: '90 TL' },
      { channel: 'memory:1', offset: 1, epoch, id, at: expect.any(Number) },
      expect.stringMatching(/^[0-9a-f]+\.[0-9a-z]+$/),
    ]);
  });
});
