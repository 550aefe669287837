/**
 * Who is typing on a channel, and telling that oneself is.
 *
 * @module
 */
import type { Typing } from '../channel.ts';
import type { Timer } from '../clock.ts';
import { createStore } from '../store.ts';
import { type LiveParts, userOf } from './live-presence.ts';

export interface TypingParts extends Pick<LiveParts, 'open' | 'hold' | 'onError' | 'clock'> {
  /** The name this client's own marks bear. */
  readonly self: () => string | undefined;
  /** Tells the server, if there is a connection. */
  readonly tell: (active: boolean) => Promise<unknown>;
}

/** A mark is renewed so often while the user types; a server's marks last 6 s by default. Milliseconds. */
const RENEW = 3000;

/** Who has pressed no key for so long types no more, milliseconds. */
const IDLE = 4000;

/** Whoever was not heard of for so long has stopped, whatever became of the server's word on it, milliseconds. */
const FORGET = 30_000;

const NOBODY: readonly string[] = [];

export function createTyping(channel: string, parts: TypingParts): Typing {
  const { open, hold, onError, clock, self, tell } = parts;
  let leave = () => {};

  const users = createStore<readonly string[]>(NOBODY, onError, {
    onFirst() {
      const feed = open(`typing:${channel}`);
      const timers = new Map<string, Timer>();
      const stop = (user: string) => {
        timers.get(user)?.cancel();
        timers.delete(user);
        users.set(users.getSnapshot().filter((name) => name !== user));
      };
      const start = (user: string) => {
        timers.get(user)?.cancel();
        timers.set(
          user,
          clock.after(FORGET, () => stop(user)),
        );
        if (!users.getSnapshot().includes(user)) users.set([...users.getSnapshot(), user]);
      };
      const nobody = () => {
        for (const timer of timers.values()) timer.cancel();
        timers.clear();
        users.set(NOBODY);
      };
      const offs = [
        feed.on('start', (data) => {
          const user = userOf(data);
          if (user !== undefined && user !== self()) start(user);
        }),
        feed.on('stop', (data) => stop(userOf(data) ?? '')),
        feed.status.subscribe(() => {
          // Marks are kept by no history: what was said while we were away is not known.
          if (feed.status.getSnapshot().state !== 'live') nobody();
        }),
        hold(feed),
      ];
      leave = () => {
        for (const off of offs) off();
        nobody();
      };
    },
    onLast: () => leave(),
  });

  let toldAt: number | undefined;
  let idle: Timer | undefined;
  const say = (active: boolean) => void tell(active).catch(onError);
  const stop = () => {
    idle?.cancel();
    if (toldAt === undefined) return;
    toldAt = undefined;
    say(false);
  };
  return {
    subscribe: users.subscribe,
    getSnapshot: users.getSnapshot,
    start() {
      idle?.cancel();
      idle = clock.after(IDLE, stop);
      if (toldAt !== undefined && clock.monotonic() - toldAt < RENEW) return;
      toldAt = clock.monotonic();
      say(true);
    },
    stop,
  };
}
