/**
 * The live member list of a channel: read once, then kept by the joins and leaves after it.
 *
 * @module
 */
import type { PresenceMember } from '@tidings/protocol';
import type { EventMeta, Presence } from '../channel.ts';
import type { ClientError } from '../client-error.ts';
import type { Clock, Timer } from '../clock.ts';
import { mayPass, RETRY } from '../may-pass.ts';
import { createStore } from '../store.ts';
import type { ClientMessage } from '../wire.ts';
import type { Feed } from './feed.ts';

/** What a live list is made of. */
export interface LiveParts {
  /** Opens the feed of another channel. */
  readonly open: (channel: string) => Feed;
  readonly hold: (feed: Feed) => () => void;
  readonly ask: (message: ClientMessage) => Promise<{ readonly data: unknown }>;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
}

const NOBODY: readonly PresenceMember[] = [];

export function createPresence(channel: string, { open, hold, ask, onError, clock }: LiveParts): Presence {
  let ready = false;
  let leave = () => {};

  const members = createStore<readonly PresenceMember[]>(NOBODY, onError, {
    onFirst() {
      const feed = open(`presence:${channel}`);
      /** What came while the list was read; it may be older than the list, or newer. */
      let early: (() => void)[] | undefined = [];
      let reading = 0;
      let retry: Timer | undefined;

      const change = (how: (list: readonly PresenceMember[]) => readonly PresenceMember[]) => {
        if (early) early.push(() => members.set(how(members.getSnapshot())));
        else members.set(how(members.getSnapshot()));
      };
      const read = async () => {
        retry?.cancel();
        early ??= [];
        const mine = ++reading;
        try {
          const { data } = await ask({ type: 'presence', channel });
          if (mine !== reading) return;
          members.set([...(data as { readonly members: readonly PresenceMember[] }).members]);
          ready = true;
        } catch (error) {
          if (mine !== reading) return;
          const { code, retryAfter } = error as ClientError;
          if (mayPass(code)) retry = clock.after(retryAfter ?? RETRY, () => void read());
          if (code !== 'closed') onError(error);
        }
        // A join of who is listed already, or a leave of who is not, changes nothing.
        const changes = early ?? [];
        early = undefined;
        for (const apply of changes) apply();
      };

      const offs = [
        feed.on('join', (data, meta) => change((list) => joined(list, data, meta))),
        feed.on('leave', (data) => change((list) => list.filter(({ user }) => user !== userOf(data)))),
        feed.onGap(() => void read()),
        // Once it is followed, whatever the list does not say comes as an event.
        watchFirstLive(feed, () => void read()),
        hold(feed),
      ];
      leave = () => {
        reading += 1;
        retry?.cancel();
        for (const off of offs) off();
      };
    },
    onLast() {
      leave();
      ready = false;
      members.set(NOBODY);
    },
  });
  return { subscribe: members.subscribe, getSnapshot: members.getSnapshot, ready: () => ready };
}

function joined(list: readonly PresenceMember[], data: unknown, meta: EventMeta): readonly PresenceMember[] {
  const user = userOf(data);
  if (user === undefined || list.some((member) => member.user === user)) return list;
  const { info } = data as { readonly info?: unknown };
  return [...list, { user, sessions: 1, since: meta.at, ...(info === undefined ? {} : { info }) }];
}

export function userOf(data: unknown): string | undefined {
  return (data as { readonly user?: string } | null)?.user;
}

/** Calls back when a feed is live for the first time, and again whenever it had failed before. */
function watchFirstLive(feed: Feed, callback: () => void): () => void {
  let told = false;
  const look = () => {
    const { state } = feed.status.getSnapshot();
    if (state === 'failed') told = false;
    if (state !== 'live' || told) return;
    told = true;
    callback();
  };
  const off = feed.status.subscribe(look);
  look();
  return off;
}
