import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LiveSession } from './live-session.ts';
import { Publisher } from './publisher.ts';

/** Connections that are open at once; what they are sent is answered when the test says so. */
let sockets: FakeSocket[];

class FakeSocket {
  sent: { readonly type: string; readonly id: number; readonly data: unknown }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { readonly data: string }) => void) | undefined;
  onclose: ((end: { readonly code: number }) => void) | undefined;
  constructor() {
    sockets.push(this);
    queueMicrotask(() => this.onopen?.());
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {}
  /** Answers the publish of this data. */
  answer(data: unknown, offset: number) {
    const { id } = this.sent.find((each) => each.type === 'publish' && each.data === data) ?? {};
    this.onmessage?.({
      data: JSON.stringify({ type: 'reply', id, ok: true, data: { offset, epoch: 'e', id: `${offset}` } }),
    });
  }
}

beforeEach(() => {
  sockets = [];
  vi.useFakeTimers();
  vi.stubGlobal('location', { href: 'http://server.example/' });
  vi.stubGlobal('WebSocket', FakeSocket);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const hello = { channel: 'demo:lobby', event: 'hello', data: 1 };

it('sends again what was lost with its connection', async () => {
  const publisher = new Publisher();
  const receipt = publisher.publish(hello);
  await vi.advanceTimersByTimeAsync(0);
  sockets[0]?.onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(10_000);
  sockets[1]?.answer(1, 7);
  expect(await receipt).toMatchObject({ offset: 7 });
  publisher.close();
});

it.each(['close', 'authenticate'] as const)('sends nothing for who has gone: %s', async (how) => {
  const publisher = new Publisher();
  const outcome = publisher.publish(hello).catch((error) => error.problem.code);
  await vi.advanceTimersByTimeAsync(0);
  publisher[how]('another token');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sockets).toHaveLength(1);
  expect(await outcome).toBe('connection_lost');
  publisher.close();
});

it('tells of the last publish alone, however late the one before is answered', async () => {
  const session = new LiveSession('demo:lobby');
  void session.publish('hello', [1]);
  void session.publish('hello', [2]);
  await vi.advanceTimersByTimeAsync(0);
  sockets[0]?.answer(2, 2);
  await vi.advanceTimersByTimeAsync(0);
  sockets[0]?.answer(1, 1);
  await vi.advanceTimersByTimeAsync(0);
  expect(session.store.get().published).toMatchObject({ state: 'done', receipts: [{ offset: 2 }] });
});
