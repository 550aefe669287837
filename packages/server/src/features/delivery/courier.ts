/**
 * What brings a notification to a user who does not see it in the app.
 *
 * @module
 */
import type { JsonObject } from '../../core/ports/json-object.ts';
import type { Contact } from '../contacts/index.ts';

/** What is told to a user by a courier: one notification as it stands in the inbox, in the reader's language. */
export interface Letter {
  readonly id: string;
  readonly user: string;
  readonly category: string;
  readonly level: string;
  readonly title: string;
  readonly body: string;
  /** Opened on click: a path of the app, or an https URL. */
  readonly url?: string | undefined;
  readonly data: JsonObject;
  /** When it was made, milliseconds since 1970-01-01 UTC. */
  readonly at: number;
  /** When it is worth nothing any more, milliseconds since 1970-01-01 UTC. */
  readonly expiresAt?: number | undefined;
}

/** What came of a delivery. */
export type Outcome =
  /** Handed over; the detail says to what (`2 devices`, the SMTP answer). */
  | { readonly status: 'delivered'; readonly detail: string }
  /** To be tried again, after so many milliseconds at least (`Retry-After`); otherwise by the queue's back-off. */
  | { readonly status: 'retry'; readonly after?: number | undefined; readonly detail: string }
  /** The user has no such address or device: the next step is due at once. */
  | { readonly status: 'unreachable'; readonly detail: string }
  /** It will never work (a bounce): recorded as a dead letter. */
  | { readonly status: 'refused'; readonly detail: string };

/** How a delivery is to be made. */
export interface CourierOptions {
  /** The same for every attempt at the same delivery. */
  readonly deliveryId: string;
  /** Several letters, to be told as one. */
  readonly digest: boolean;
  /** Aborted when its time is over: nothing more is to be begun, and what came of it is to be said soon. */
  readonly signal: AbortSignal;
}

/** One way to a user outside of the app. */
export interface Courier {
  readonly name: 'push' | 'email';
  /** Hands letters over, at least one, all of the same user. What it throws is tried again. */
  deliver(contact: Contact, letters: readonly Letter[], options: CourierOptions): Promise<Outcome>;
  /** Takes back what was shown elsewhere and has been read since (push: close on other devices). */
  retract?(user: string, ids: readonly string[]): Promise<void>;
}
