/**
 * The inbox: what users are told, kept until they have read it, the same on all their devices.
 *
 * A notification is a row and an event on the user's channel, both or neither: the event goes through the outbox.
 *
 * @module
 */
import type { Kysely } from 'kysely';
import type { Clock } from '../../core/ports/clock.ts';
import { Recurring } from '../../core/recurring.ts';
import type { CoreTables } from '../../storage/migrations.ts';
import type { Outbox, OutboxTransaction } from '../../storage/outbox.ts';
import type { Contacts } from '../contacts/index.ts';
import { channelOf, checkUsers, createDraft, type Draft } from './draft.ts';
import type { InboxObserver } from './inbox-observer.ts';
import { countUnread, findNotifications, type ListQuery, list, type NotificationPage } from './list.ts';
import { lockInbox } from './lock-inbox.ts';
import { type Mark, type Marked, mark, type Target } from './marks.ts';
import type { NewNotification, NotificationRow } from './notification.ts';
import { NotificationIds } from './notification-ids.ts';
import { checkPreferences, PreferenceStore, type Preferences, type Ways, withWay } from './preferences.ts';
import { sweep } from './sweep.ts';
import { Templates } from './templates.ts';
import { type Notified, writeNotifications } from './write-notifications.ts';

export interface InboxOptions {
  /** With this feature's migrations and those of `contacts` run. */
  readonly db: Kysely<CoreTables>;
  readonly clock: Clock;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly contacts: Contacts;
  /** How long a notification is kept, milliseconds. */
  readonly keep: number;
  /** What has expired could not be deleted; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** Users written in one transaction. */
const CHUNK = 500;

/** How often what has expired is deleted, milliseconds. */
const SWEEP_INTERVAL = 60_000;

export class Inbox {
  readonly templates = new Templates();
  readonly preferences: PreferenceStore;
  readonly #options: InboxOptions;
  readonly #ids = new NotificationIds();
  readonly #observers: InboxObserver[] = [];
  readonly #sweeping: Recurring;
  #created = 0;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.preferences = new PreferenceStore(options.db);
    const { clock, onError } = options;
    this.#sweeping = new Recurring({ clock, interval: SWEEP_INTERVAL, run: () => this.#sweep(), onError });
  }

  close(): Promise<void> {
    return this.#sweeping.close();
  }

  observe(observer: InboxObserver): void {
    this.#observers.push(observer);
  }

  /** Notifications made by this process. */
  get created(): number {
    return this.#created;
  }

  /**
   * Tells users something: each of them once, in one transaction for every {@link CHUNK} of them. What is wrong is found
   * before anything is written.
   *
   * @returns each user once, in the order given.
   * @throws TidingsError `invalid_request`, `message_too_large`, `message_too_deep`; or whatever the database throws, and
   * then users before the failure have been told: the same call with the same `key` tells the others.
   */
  async notify(users: string | readonly string[], given: NewNotification): Promise<readonly Notified[]> {
    const { each, draft } = this.#check(users, given);
    const told: Notified[] = [];
    for (let begin = 0; begin < each.length; begin += CHUNK) {
      const chunk = each.slice(begin, begin + CHUNK);
      told.push(
        ...(await this.#options.outbox.transaction<CoreTables, readonly Notified[]>((transaction) =>
          this.#write(transaction, chunk, draft),
        )),
      );
    }
    this.#count(told);
    return told;
  }

  /** As {@link notify}, inside a transaction: it happens if and only if that commits. */
  async notifyIn(
    transaction: OutboxTransaction<CoreTables>,
    users: string | readonly string[],
    given: NewNotification,
  ): Promise<readonly Notified[]> {
    const { each, draft } = this.#check(users, given);
    const told: Notified[] = [];
    for (let begin = 0; begin < each.length; begin += CHUNK)
      told.push(...(await this.#write(transaction, each.slice(begin, begin + CHUNK), draft)));
    this.#count(told);
    return told;
  }

  /** A page of a user's notifications, the newest first. @throws TidingsError `bad_cursor`. */
  list(user: string, query: ListQuery): Promise<NotificationPage> {
    return list(this.#options.db, user, query, this.#options.clock.now());
  }

  /** Notifications by their ids; those that are there. @param db the transaction to read in. @default none */
  find(ids: readonly string[], db = this.#options.db): Promise<ReadonlyMap<string, NotificationRow>> {
    return findNotifications(db, ids);
  }

  /** Marks a user's notifications as seen, read or archived, and tells all devices. Those of others are left alone. */
  mark(user: string, as: Mark, target: Target): Promise<Marked> {
    const { outbox, clock } = this.#options;
    return outbox.transaction<CoreTables, Marked>(async (transaction) => {
      const now = clock.now();
      const ids = await mark(transaction.db, { user, as, target, now });
      const counts = await countUnread(transaction.db, user, now);
      if (ids.length === 0) return { changed: 0, ...counts };
      for (const observer of this.#observers) await observer.marked(transaction.db, { user, as, ids });
      const what = 'ids' in target ? { ids } : { all: true, before: target.before ?? now };
      await transaction.publish({
        channel: channelOf(user),
        event: `notification_${PAST[as]}`,
        data: { ...what, ...counts },
      });
      return { changed: ids.length, ...counts };
    });
  }

  /** Replaces a user's preferences and tells all devices. @throws TidingsError `invalid_request`. */
  async setPreferences(user: string, preferences: Preferences): Promise<Preferences> {
    checkPreferences(preferences);
    return this.#changePreferences(user, () => preferences);
  }

  /** Says whether a user may be told of a category by one way, however many they have set; nothing else changes. */
  async setWay(user: string, category: string, way: keyof Ways, on: boolean): Promise<void> {
    await this.#changePreferences(user, (before) => withWay(before, category, way, on));
  }

  #changePreferences(user: string, change: (before: Preferences) => Preferences): Promise<Preferences> {
    return this.#options.outbox.transaction<CoreTables, Preferences>(async ({ db, publish }) => {
      await lockInbox(db, user);
      const preferences = change(await this.preferences.of(user, db));
      await this.preferences.set(user, preferences, db);
      await publish({ channel: channelOf(user), event: 'notification_preferences', data: preferences });
      return preferences;
    });
  }

  #check(users: string | readonly string[], given: NewNotification) {
    return {
      each: checkUsers(typeof users === 'string' ? [users] : users),
      draft: createDraft(given, this.templates, this.#options.clock.now()),
    };
  }

  #write(transaction: OutboxTransaction<CoreTables>, users: readonly string[], draft: Draft) {
    return writeNotifications(transaction, users, draft, {
      now: this.#options.clock.now(),
      ids: this.#ids,
      contacts: this.#options.contacts,
      preferences: this.preferences,
      observers: this.#observers,
    });
  }

  #count(told: readonly Notified[]): void {
    for (const { created } of told) if (created) this.#created += 1;
  }

  async #sweep(): Promise<void> {
    const { db, clock, keep } = this.#options;
    await sweep(db, clock.now(), keep);
  }
}

const PAST = { seen: 'seen', read: 'read', archive: 'archived' } as const;
