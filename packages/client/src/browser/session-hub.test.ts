import { beforeEach, expect, it } from 'vitest';
import { writeMessage } from '../outgoing.ts';
import type { TransportListener } from '../transports/transport.ts';
import type { ClientMessage, ServerMessage } from '../wire.ts';
import { SessionHub } from './session-hub.ts';

let hub: SessionHub;
/** What goes to the server. */
let sent: (ClientMessage & { readonly id: number })[];

beforeEach(() => {
  hub = new SessionHub();
  sent = [];
  hub.use({
    kind: 'websocket',
    send: (messages) => void sent.push(...messages.map(({ text }) => JSON.parse(text))),
    close: () => {},
  });
});

/** A tab, and what it hears. */
function join() {
  const heard: ServerMessage[] = [];
  let alive = 0;
  const listener: TransportListener = {
    alive() {
      alive += 1;
    },
    message: (message) => void heard.push(message),
    fault: () => {},
    closed: () => {},
  };
  const { send, leave } = hub.join(listener);
  return {
    heard,
    leave,
    alive: () => alive,
    send: (id: number, message: ClientMessage) => send([writeMessage(id, message, 0)]),
  };
}

const subscribe = { type: 'subscribe', channels: [{ channel: 'room:1' }] };
const unsubscribe = { type: 'unsubscribe', channels: ['room:1'] };
const said = (type: string) => sent.filter((message) => message.type === type);

function answer(id: number | undefined, error?: unknown): void {
  const channels = [{ channel: 'room:1', ...(error ? { error } : { position: 'e:0' }) }];
  hub.listener.message({ type: 'reply', id, ok: true, data: undefined, error: undefined, channels });
}

it('asks the server whether it is there, and takes nobody else’s word for it', () => {
  const [leader, other] = [join(), join()];
  leader.send(1, { type: 'ping' });
  expect(said('ping')).toHaveLength(1);
  expect([leader.alive(), other.alive()]).toEqual([0, 0]);
  hub.listener.alive();
  expect([leader.alive(), other.alive()]).toEqual([1, 1]);
});

it('leaves no channel that another tab has just asked for', () => {
  const [one, two] = [join(), join()];
  one.send(1, subscribe);
  answer(said('subscribe')[0]?.id);
  two.send(1, subscribe);
  one.send(2, unsubscribe);
  expect(said('unsubscribe')).toEqual([]);
  answer(said('subscribe')[1]?.id);
  two.send(2, unsubscribe);
  expect(said('unsubscribe')).toMatchObject([{ channels: ['room:1'] }]);
});

it('leaves what a tab has asked for that is gone before the answer', () => {
  const tab = join();
  tab.send(1, subscribe);
  tab.leave();
  answer(said('subscribe')[0]?.id);
  expect(said('unsubscribe')).toMatchObject([{ channels: ['room:1'] }]);
});

it('follows nothing that was refused, or left before the answer', () => {
  const [one, two] = [join(), join()];
  one.send(1, subscribe);
  answer(said('subscribe')[0]?.id, { code: 'forbidden' });
  one.leave();
  two.send(1, subscribe);
  two.send(2, unsubscribe);
  answer(said('subscribe')[1]?.id);
  two.leave();
  expect(said('unsubscribe')).toHaveLength(1);
});
