import type { Channel, ChannelStatus, EventHandler, EventMap, EventMessage } from '@tidings/client';
import { createStore } from '@tidings/client';
import { expect, it } from 'vitest';
import { createEventLog } from '../../packages/react/src/event-log.ts';

function event(offset: number): EventMessage {
  return {
    type: 'event',
    channel: 'room:1',
    event: 'said',
    data: offset,
    offset,
    epoch: 'e',
    id: `${offset}`,
    at: 0,
  };
}

/** A channel that somebody follows already; its history is answered when the test says so. */
function followed(state: ChannelStatus['state'] = 'live') {
  const history = Promise.withResolvers<{ events: readonly EventMessage[] }>();
  const handlers = new Set<EventHandler<unknown>>();
  const status = createStore<ChannelStatus>(
    { state, position: 'e:3', recovered: undefined, error: undefined },
    () => {},
  );
  const channel = {
    status,
    onAny(handler: EventHandler<unknown>) {
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
    onGap: () => () => {},
    history: () => history.promise,
  } as unknown as Channel<EventMap>;
  return {
    channel,
    say(offset: number) {
      const { data, user, ...meta } = event(offset);
      for (const handler of handlers) handler(data, { ...meta, user });
    },
    async answer(...offsets: number[]) {
      history.resolve({ events: offsets.map(event) });
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function list(channel: Channel<EventMap>, last = 3) {
  const log = createEventLog(channel, { limit: 100, last, only: undefined });
  log.subscribe(() => {});
  return () => log.getSnapshot().events.map(({ data }) => data);
}

it('lists once, and in its place, what the history has before it is heard', async () => {
  const { channel, say, answer } = followed();
  const listed = list(channel);
  await answer(1, 2, 3);
  say(3);
  say(4);
  expect(listed()).toEqual([1, 2, 3, 4]);
});

it('lists in order what was heard while the history was read', async () => {
  const { channel, say, answer } = followed();
  const listed = list(channel);
  say(2);
  await answer(1, 2, 3);
  say(3);
  say(4);
  expect(listed()).toEqual([1, 2, 3, 4]);
});

it('begins with the newest where somebody has asked for the channel and waits for the answer', async () => {
  const { channel, say, answer } = followed('pending');
  const listed = list(channel);
  await answer(1, 2, 3);
  say(4);
  expect(listed()).toEqual([1, 2, 3, 4]);
});
