import type { Published } from '@tidings/protocol';
import type { Channel, EventHandler, HistoryPage } from '../channel.ts';
import type { Clock } from '../clock.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { quiet } from '../quiet.ts';
import type { Requests } from '../requests.ts';
import type { ClientMessage } from '../wire.ts';
import type { Feed } from './feed.ts';
import { createPresence } from './live-presence.ts';
import { createTyping } from './live-typing.ts';
import type { Subscriptions } from './subscriptions.ts';

/** What a channel is made of. */
export interface ChannelParts {
  readonly feed: (channel: string) => Feed;
  /** What must last as long as the client: who waits for a gap need have neither the channel nor the way to stop. */
  readonly kept: Set<() => void>;
  readonly subscriptions: Subscriptions;
  readonly requests: Requests;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly newKey: () => string;
  /** Sends what is worth nothing later. */
  readonly sendNow: (message: ClientMessage, signal?: AbortSignal) => Promise<unknown>;
  /** The name that this client's typing marks bear. */
  readonly self: () => string | undefined;
  readonly onError: (error: unknown) => void;
}

/** Makes the channel that an application sees. */
export function createChannel<Events>(feed: Feed, parts: ChannelParts): Channel<Events> {
  const { name } = feed;
  const { subscriptions, requests, outbox, newKey, sendNow, kept } = parts;
  const hold = (held: Feed) => subscriptions.hold(held);
  const hear = (event: string | undefined, handler: EventHandler<unknown>) => {
    const off = feed.on(event, handler);
    const release = hold(feed);
    return () => {
      off();
      release();
    };
  };
  const live = { ...parts, open: parts.feed, hold, ask: (message: ClientMessage) => requests.ask(message) };
  return {
    name,
    status: feed.status,
    on: (event, handler) => hear(event, handler as EventHandler<unknown>),
    onAny: (handler) => hear(undefined, handler as EventHandler<unknown>),
    onGap(handler) {
      const off = feed.onGap(handler);
      kept.add(off);
      return () => {
        kept.delete(off);
        off();
      };
    },
    subscribe: () => hold(feed),
    publish(event, data, { key = newKey(), signal, offline = true, conflate } = {}) {
      const message = {
        type: 'publish',
        channel: name,
        event,
        data,
        key,
        ...(conflate === undefined ? {} : { conflate }),
      } as const;
      return (offline ? outbox.send(message, signal) : sendNow(message, signal)) as Promise<Published>;
    },
    history({ since, last, limit, ...options } = {}) {
      const page = { ...(since === undefined ? {} : { since }), ...(last === undefined ? {} : { last }) };
      const message = { type: 'history', channel: name, ...page, ...(limit === undefined ? {} : { limit }) };
      return quiet(requests.ask(message, options).then(({ data }) => data as HistoryPage));
    },
    presence: createPresence(name, live),
    typing: createTyping(name, {
      ...live,
      tell: (active) => sendNow({ type: 'typing', channel: name, active }),
    }),
  };
}
