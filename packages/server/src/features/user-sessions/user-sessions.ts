/**
 * Who is there: the live sessions of each user of this node.
 *
 * @module
 */
import type { HubObserver } from '../../core/hub-observer.ts';
import type { Identity } from '../../core/identity.ts';
import type { Session } from '../../core/session.ts';

const NONE: readonly Session[] = [];

/** To be told of sessions by the hub. */
export class UserSessions implements HubObserver {
  readonly #byUser = new Map<string, Set<Session>>();

  /** The live sessions of a user, the oldest first. */
  of(user: string): readonly Session[] {
    const sessions = this.#byUser.get(user);
    return sessions ? [...sessions] : NONE;
  }

  opened(session: Session): void {
    this.#add(session);
  }

  closed(session: Session): void {
    this.#remove(session.identity, session);
  }

  identified(session: Session, before: Identity): void {
    this.#remove(before, session);
    this.#add(session);
  }

  #add(session: Session): void {
    const { user } = session.identity;
    if (user === undefined) return;
    const sessions = this.#byUser.get(user);
    if (sessions) sessions.add(session);
    else this.#byUser.set(user, new Set([session]));
  }

  #remove({ user }: Identity, session: Session): void {
    const sessions = user === undefined ? undefined : this.#byUser.get(user);
    if (user === undefined || !sessions?.delete(session) || sessions.size > 0) return;
    this.#byUser.delete(user);
  }
}
