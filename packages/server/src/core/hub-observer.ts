import type { Identity } from './identity.ts';
import type { ChannelEvent } from './ports/event.ts';
import type { Session, Subscription } from './session.ts';

/** Told of what happens to sessions; a feature's way to know who is there. */
export interface HubObserver {
  opened?(session: Session): void;
  /** Its subscriptions can still be seen; they are not told one by one. */
  closed?(session: Session): void;
  /** The session has another identity now: it authenticated, or refreshed its token. */
  identified?(session: Session, before: Identity): void;
  subscribed?(subscription: Subscription): void;
  unsubscribed?(subscription: Subscription): void;
  /** The broker gave out an event, whether or not anyone here follows its channel. */
  published?(event: ChannelEvent): void;
  /** An event was given to so many sessions. */
  delivered?(event: ChannelEvent, sessions: number): void;
  /** So many events were dropped for a reader that was too slow; told once it has caught up, or ended. */
  dropped?(session: Session, events: number): void;
}
