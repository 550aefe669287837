import { parseChannelName } from '@tidings/protocol';
import type { HubObserver } from '../../core/hub-observer.ts';
import { type Identity, visibleName } from '../../core/identity.ts';
import type { Session, Subscription } from '../../core/session.ts';
import type { Roster } from './roster.ts';

/** The channel on which it is told who comes to and goes from another. */
export function presenceChannel(channel: string): string {
  return `presence:${channel}`;
}

/** Makes whoever follows a channel a member of it, by watching the hub. */
export class Membership implements HubObserver {
  readonly #roster: Roster;
  /** As whom each session is counted, by channel. */
  readonly #counted = new Map<Session, Map<string, string>>();

  constructor(roster: Roster) {
    this.#roster = roster;
  }

  subscribed({ session, channel, namespace }: Subscription): void {
    // A name that is long already leaves no room for that of its presence channel.
    if (!namespace.presence || !parseChannelName(presenceChannel(channel))) return;
    let channels = this.#counted.get(session);
    if (!channels) {
      channels = new Map();
      this.#counted.set(session, channels);
    }
    const user = visibleName(session.identity, session) as string;
    channels.set(channel, user);
    this.#roster.arrive(channel, user, infoOf(session.identity));
  }

  unsubscribed({ session, channel }: Subscription): void {
    const channels = this.#counted.get(session);
    const user = channels?.get(channel);
    if (!channels || user === undefined) return;
    channels.delete(channel);
    if (channels.size === 0) this.#counted.delete(session);
    this.#roster.depart(channel, user);
  }

  closed(session: Session): void {
    const channels = this.#counted.get(session);
    this.#counted.delete(session);
    for (const [channel, user] of channels ?? []) this.#roster.depart(channel, user);
  }

  identified(session: Session): void {
    const channels = this.#counted.get(session);
    const user = visibleName(session.identity, session) as string;
    for (const [channel, before] of channels ?? []) {
      if (before === user) {
        this.#roster.update(channel, user, infoOf(session.identity));
        continue;
      }
      channels?.set(channel, user);
      this.#roster.arrive(channel, user, infoOf(session.identity));
      // Who has become someone else is not coming back as who it was.
      this.#roster.depart(channel, before, 0);
    }
  }
}

/** What a token lets others know of its user. */
function infoOf({ claims }: Identity): unknown {
  return claims.info;
}
