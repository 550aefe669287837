import type { HubObserver } from '../../core/hub-observer.ts';
import { type Identity, visibleName } from '../../core/identity.ts';
import type { Session } from '../../core/session.ts';

/** Counts the sessions of each user of this node, and tells when the last one has ended. */
export class UserSessions implements HubObserver {
  readonly #counts = new Map<string, number>();
  readonly #onLast: (user: string) => void;

  constructor(onLast: (user: string) => void) {
    this.#onLast = onLast;
  }

  opened(session: Session): void {
    this.#add(session.identity);
  }

  closed(session: Session): void {
    this.#remove(session.identity, session);
  }

  identified(session: Session, before: Identity): void {
    this.#add(session.identity);
    this.#remove(before, session);
  }

  /** An anonymous session is the only one of its name and needs no counting. */
  #add({ user }: Identity): void {
    if (user !== undefined) this.#counts.set(user, (this.#counts.get(user) ?? 0) + 1);
  }

  #remove(identity: Identity, session: Session): void {
    const { user } = identity;
    const left = user === undefined ? 0 : (this.#counts.get(user) ?? 1) - 1;
    if (user !== undefined && left > 0) this.#counts.set(user, left);
    else {
      if (user !== undefined) this.#counts.delete(user);
      this.#onLast(visibleName(identity, session) as string);
    }
  }
}
