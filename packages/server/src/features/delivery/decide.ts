/**
 * What is to be done with a delivery whose time has come.
 *
 * @module
 */
import type { Contact } from '../contacts/index.ts';
import { type NotificationRow, type Preferences, waysOf } from '../inbox/index.ts';
import type { Row } from './queue.ts';
import { nextDigest, quietUntil } from './timetable.ts';

/** What is known when a delivery is looked at. */
export interface Circumstances {
  readonly now: number;
  /** `undefined` when it is not there any more. */
  readonly notification: NotificationRow | undefined;
  readonly contact: Contact;
  readonly preferences: Preferences;
  /** Whether the user has a session that shows the app. */
  readonly visible: boolean;
  /** How long a session that is there holds a push back, milliseconds. */
  readonly hold: number;
  /** The hour of daily digests, of users who have not chosen one. */
  readonly digestHour: number;
}

/** What to do with it. */
export type Decision =
  | { readonly do: 'deliver'; readonly notification: NotificationRow }
  /** It has ended; the next courier is not asked. */
  | { readonly do: 'cancel'; readonly detail: string }
  /** It has ended; the next courier's turn comes. */
  | { readonly do: 'skip'; readonly detail: string }
  | {
      readonly do: 'wait';
      readonly until: number;
      readonly step: 'postponed' | 'held' | 'gathered';
      readonly detail: string;
    };

/** Decides; what was sent again by hand goes at once, if the user wants it at all. */
export function decide(row: Row, circumstances: Circumstances): Decision {
  const { now, notification, contact, preferences, visible, hold, digestHour } = circumstances;
  const byHand = row.round > 0;
  if (!notification || (notification.expires_at !== null && notification.expires_at <= now))
    return { do: 'cancel', detail: 'The notification has expired.' };
  if (!byHand && (notification.seen_at !== null || notification.archived_at !== null))
    return { do: 'cancel', detail: 'The notification was seen.' };
  if (!waysOf(preferences, notification.category)[row.courier])
    return { do: 'skip', detail: `The user wants no ${row.courier} of this category.` };
  const { timezone } = contact;
  const quiet = quietUntil(preferences, timezone, now);
  if (quiet !== undefined)
    return { do: 'wait', until: quiet, step: 'postponed', detail: 'The user’s quiet hours.' };
  if (byHand) return { do: 'deliver', notification };
  if (mayBeHeld(row) && visible)
    return {
      do: 'wait',
      until: Math.max(now, row.due + hold),
      step: 'held',
      detail: 'The user has the app before them.',
    };
  const digest =
    row.courier === 'email' && row.gathered === 0
      ? nextDigest(preferences, timezone, now, digestHour)
      : undefined;
  if (digest !== undefined)
    return { do: 'wait', until: digest, step: 'gathered', detail: 'For the user’s digest.' };
  return { do: 'deliver', notification };
}

/** Whether it waits when the user has the app before them. */
export function mayBeHeld({ courier, held, attempts }: Pick<Row, 'courier' | 'held' | 'attempts'>): boolean {
  return courier === 'push' && held === 0 && attempts === 0;
}
