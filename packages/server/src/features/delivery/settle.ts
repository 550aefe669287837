/**
 * What follows from what a courier said.
 *
 * @module
 */
import type { Insertable } from 'kysely';
import type { Contact } from '../contacts/index.ts';
import { type NotificationRow, type Preferences, waysOf } from '../inbox/index.ts';
import { type Backoff, waitAfter } from './backoff.ts';
import { type Chain, newDelivery } from './chain.ts';
import type { Outcome } from './courier.ts';
import type { Change, Row } from './queue.ts';
import type { DeliveryTables } from './tables.ts';

/** What the next courier's turn depends on. */
interface NextParts {
  readonly chain: Chain;
  readonly notification: NotificationRow | undefined;
  readonly preferences: Preferences;
  readonly now: number;
}

/** What else the end of an attempt depends on. */
interface OutcomeParts extends NextParts {
  readonly contact: Contact;
  readonly backoff: Backoff;
  /** How often a courier is asked before a delivery is dead. */
  readonly attempts: number;
}

/** How a delivery has ended. */
type End = 'delivered' | 'unreachable' | 'refused' | 'skipped' | 'dead';

/** The change that an outcome asks for. @param row with the attempt counted that has just ended. */
export function afterOutcome(row: Row, outcome: Outcome, parts: OutcomeParts): Change {
  const { detail } = outcome;
  switch (outcome.status) {
    case 'delivered':
      return { state: 'delivered', step: 'delivered', detail, next: nextAfter(row, parts, 'delivered') };
    case 'unreachable':
      return {
        state: 'unreachable',
        step: 'unreachable',
        detail,
        next: nextAfter(row, parts, 'unreachable'),
      };
    case 'refused':
      return { state: 'dead', step: 'dead', detail, next: nextAfter(row, parts, 'refused') };
    case 'retry':
      return afterFailure(row, outcome, parts);
  }
}

function afterFailure(
  row: Row,
  { after = 0, detail }: Outcome & { readonly status: 'retry' },
  parts: OutcomeParts,
): Change {
  const { now, attempts, backoff } = parts;
  const dead = { state: 'dead', step: 'dead', next: nextAfter(row, parts, 'dead') } as const;
  if (row.attempts >= attempts) return { ...dead, detail: `${detail} (after ${row.attempts} attempts)` };
  const due = now + Math.max(after, waitAfter(row.attempts, backoff));
  const { next } = dead;
  // The next courier does not wait for one that cannot, if it can itself.
  if (next && due > next.due && parts.contact.email !== undefined)
    return { ...dead, detail: `${detail} (the ${next.courier} goes before another attempt)` };
  return { due, step: 'retry', detail };
}

/** The change that the end of a retraction asks for. @param row with the attempt counted that has just ended. */
export function afterRetraction(
  row: Row,
  { status, detail }: Outcome,
  { attempts, backoff, now }: Pick<OutcomeParts, 'attempts' | 'backoff' | 'now'>,
): Change {
  if (status !== 'retry') return { state: 'retracted', step: 'retracted', detail };
  // It has been read, so that giving up harms nobody.
  if (row.attempts >= attempts) return { state: 'delivered', step: 'not retracted', detail };
  return { due: now + waitAfter(row.attempts, backoff), step: 'retry', detail };
}

/** The delivery by the next courier that the user wants; `undefined` when there is none, or nothing left to tell. Whether it was seen is asked when its time comes. */
export function nextAfter(
  row: Row,
  { chain, notification, preferences, now }: NextParts,
  end: End,
): Insertable<DeliveryTables['deliveries']> | undefined {
  if (!notification) return undefined;
  const courier = chain.after(row.courier, waysOf(preferences, notification.category));
  if (!courier) return undefined;
  const turn = Math.max(now, chain.turnOf(courier, notification.at));
  switch (end) {
    case 'delivered':
      return newDelivery(row, courier, Math.max(turn, now + chain.pause), now);
    case 'skipped':
    case 'dead':
      return newDelivery(row, courier, turn, now);
    case 'unreachable':
    case 'refused':
      return newDelivery(row, courier, now, now);
  }
}

/** Whether there is nothing left to show of a notification. */
export function isRead(notification: NotificationRow | undefined): boolean {
  return notification !== undefined && (notification.read_at !== null || notification.archived_at !== null);
}
