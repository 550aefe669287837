/**
 * Works the queue: claims what is due, decides, asks couriers, writes down what came of it.
 *
 * A process that dies leaves its leases behind; when they have run out, another one, or the same again, takes over.
 *
 * @module
 */
import type { Kysely } from 'kysely';
import type { Clock, Timer } from '../../core/ports/clock.ts';
import type { CoreTables } from '../../storage/migrations.ts';
import type { Contact, Contacts } from '../contacts/index.ts';
import type { Inbox, NotificationRow, Preferences } from '../inbox/index.ts';
import type { Backoff } from './backoff.ts';
import type { Chain } from './chain.ts';
import type { Letter, Outcome } from './courier.ts';
import { decide, mayBeHeld } from './decide.ts';
import type { Change, Queue, Row } from './queue.ts';
import { afterOutcome, afterRetraction, nextAfter } from './settle.ts';
import type { Visibility } from './visibility.ts';

export interface WorkerOptions {
  readonly db: Kysely<CoreTables>;
  readonly clock: Clock;
  readonly queue: Queue;
  readonly chain: Chain;
  readonly inbox: Pick<Inbox, 'preferences' | 'find'>;
  readonly contacts: Contacts;
  readonly visibility: Visibility;
  /** How long a session that is there holds a push back, milliseconds. */
  readonly hold: number;
  readonly digestHour: number;
  readonly backoff: Backoff;
  /** How often a courier is asked before a delivery is dead. */
  readonly attempts: number;
  /** How long a courier may take, milliseconds. */
  readonly timeout: number;
  /** Told of every delivery that a courier was asked for, or that ended without one. */
  readonly onSettled: (courier: string, outcome: string, deliveries: number) => void;
  /** The queue could not be worked; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** What is known of the deliveries at hand. */
interface Known {
  readonly notifications: ReadonlyMap<string, NotificationRow>;
  readonly contacts: ReadonlyMap<string, Contact>;
  readonly preferences: ReadonlyMap<string, Preferences>;
  /** Who has the app before them, of those for whom it matters. */
  readonly visible: ReadonlySet<string>;
}

/** How often the queue is looked at, milliseconds. */
const INTERVAL = 1000;

/** Deliveries that couriers work on at once, about. */
const AT_ONCE = 64;

/** So many must be free before more are claimed. */
const CLAIM_AT_LEAST = AT_ONCE / 2;

/** How long a courier whose time is over has to end, as a part of that time; with it, less than a lease. */
const LATE = 0.5;

/** How long a server that goes down waits for couriers, milliseconds. */
const CLOSE_PATIENCE = 5000;

export class Worker {
  readonly #options: WorkerOptions;
  readonly #under = new Set<Promise<void>>();
  #timer: Timer | undefined;
  #turn: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.clock.every(INTERVAL, () => this.wake());
    this.wake();
  }

  /** Looks at the queue now. */
  wake(): void {
    this.#again = true;
    if (this.#closed || this.#turn) return;
    this.#turn = this.#run()
      .catch(this.#options.onError)
      .finally(() => {
        this.#turn = undefined;
        if (this.#again) this.wake();
      });
  }

  /** Works off what is due now; fulfilled once nothing is, and nothing is under way. */
  async idle(): Promise<void> {
    this.wake();
    while (this.#turn || this.#under.size > 0) {
      await this.#turn;
      await Promise.all(this.#under);
    }
  }

  /** Claims nothing any more, and waits for what is under way, but not long: what does not end is taken over by its lease. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#turn;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#options.clock.after(CLOSE_PATIENCE, resolve);
    await Promise.race([Promise.all(this.#under), late]);
    timer.cancel();
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      const free = AT_ONCE - this.#under.size;
      // When one of them is done, the queue is looked at again: many are claimed at once, not each for itself.
      if (free < CLAIM_AT_LEAST) return;
      const { queue, clock } = this.#options;
      const claims = [
        () => queue.claim('retracting', clock.now(), free),
        () => queue.claim('waiting', clock.now(), free),
        () => queue.claimDigest(clock.now()),
      ];
      for (const claim of claims) {
        const rows = await claim();
        if (rows.length === 0) continue;
        await this.#take(rows);
        this.#again = true;
      }
    }
  }

  /** Takes what one claim gave. */
  async #take(rows: readonly Row[]): Promise<void> {
    const { queue, clock } = this.#options;
    const known = await this.#look(rows);
    const changes = new Map<Row, Change>();
    const toDeliver: Row[] = [];
    for (const row of rows) {
      if (row.state === 'retracting') continue;
      const change = this.#change(row, known);
      if (change) changes.set(row, change);
      else toDeliver.push(row);
    }
    if (changes.size > 0) {
      await queue.settle(changes, clock.now());
      for (const [{ courier }, { step }] of changes) this.#options.onSettled(courier, step, 1);
    }
    const begun = await queue.begin(toDeliver, clock.now());
    const ours = counted(toDeliver, begun);
    // Those of a digest are one errand, any other is one by itself.
    const errands = Map.groupBy(ours, ({ gathered, digest, id }) => (gathered ? digest : id));
    for (const errand of errands.values()) this.#go(() => this.#deliver(errand, known));
    const retracting = rows.filter(({ state }) => state === 'retracting');
    const retractions = Map.groupBy(retracting, ({ user, courier }) => `${courier} ${user}`);
    for (const errand of retractions.values()) this.#go(() => this.#retract(errand));
  }

  #go(errand: () => Promise<void>): void {
    const running = errand()
      .catch(this.#options.onError)
      .finally(() => {
        this.#under.delete(running);
        this.wake();
      });
    this.#under.add(running);
  }

  async #look(rows: readonly Row[]): Promise<Known> {
    const { inbox, contacts, visibility } = this.#options;
    const users = [...new Set(rows.map(({ user }) => user))];
    return {
      notifications: await inbox.find(rows.map(({ notification }) => notification)),
      contacts: await contacts.ofAll(users),
      preferences: await inbox.preferences.ofAll(users),
      visible: await visibility.among([...new Set(rows.filter(mayBeHeld).map(({ user }) => user))]),
    };
  }

  /** What becomes of a delivery without asking its courier; nothing when that is to be asked. */
  #change(row: Row, known: Known): Change | undefined {
    const { clock, chain, attempts } = this.#options;
    const now = clock.now();
    const notification = known.notifications.get(row.notification);
    const preferences = known.preferences.get(row.user) ?? {};
    const decision = decide(row, {
      ...this.#options,
      now,
      notification,
      contact: known.contacts.get(row.user) as Contact,
      preferences,
      visible: known.visible.has(row.user),
    });
    switch (decision.do) {
      case 'cancel':
        return { state: 'cancelled', step: 'cancelled', detail: decision.detail };
      case 'skip':
        return {
          state: 'skipped',
          step: 'skipped',
          detail: decision.detail,
          next: nextAfter(row, { chain, notification, preferences, now }, 'skipped'),
        };
      case 'wait':
        return {
          due: decision.until,
          ...(decision.step === 'held' ? { held: 1 } : {}),
          ...(decision.step === 'gathered' ? { gathered: 1 } : {}),
          step: decision.step,
          detail: decision.detail,
        };
      case 'deliver':
        if (row.attempts < attempts) return undefined;
        // Whoever had it did not live to say what became of it.
        return {
          state: 'dead',
          step: 'dead',
          detail: `It was begun ${row.attempts} times and never ended.`,
          next: nextAfter(row, { chain, notification, preferences, now }, 'dead'),
        };
    }
  }

  async #deliver(rows: readonly Row[], known: Known): Promise<void> {
    const [first] = rows;
    if (!first) return;
    const { queue, clock, chain, inbox, onSettled } = this.#options;
    const contact = known.contacts.get(first.user) as Contact;
    const letters = rows.map((row) => toLetter(known.notifications.get(row.notification) as NotificationRow));
    const digest = first.gathered === 1;
    const identity = digest ? (first.digest as string) : first.id;
    const deliveryId = first.round === 0 ? identity : `${identity}.${first.round}`;
    const courier = chain.get(first.courier);
    const outcome = await this.#inTime((signal) =>
      courier.deliver(contact, letters, { deliveryId, digest, signal }),
    );
    const now = clock.now();
    const after = await inbox.find(rows.map(({ notification }) => notification));
    const changes = new Map(
      rows.map((row) => {
        const notification = after.get(row.notification);
        const preferences = known.preferences.get(row.user) ?? {};
        const parts = { ...this.#options, notification, preferences, contact, now };
        return [row, afterOutcome(row, outcome, parts)] as const;
      }),
    );
    await queue.settle(changes, now);
    onSettled(first.courier, changes.get(first)?.step ?? outcome.status, rows.length);
  }

  async #retract(rows: readonly Row[]): Promise<void> {
    const [first] = rows;
    if (!first) return;
    const { queue, clock, chain, attempts, backoff } = this.#options;
    const begun = await queue.begin(rows, clock.now());
    const ours = counted(rows, begun);
    const outcome = await this.#inTime(async () => {
      await chain.get(first.courier).retract?.(
        first.user,
        ours.map(({ notification }) => notification),
      );
      return { status: 'delivered', detail: 'Taken back: it was read elsewhere.' };
    });
    const now = clock.now();
    const changes = new Map(
      ours.map((row) => [row, afterRetraction(row, outcome, { attempts, backoff, now })]),
    );
    await queue.settle(changes, now);
  }

  /**
   * Asks a courier, but not for longer than it may take. When its time is over it is waited for a little while: another
   * attempt beside it would tell again what it is just telling.
   */
  async #inTime(ask: (signal: AbortSignal) => Promise<Outcome>): Promise<Outcome> {
    const { clock, timeout } = this.#options;
    const over = new AbortController();
    const { promise: late, resolve } = Promise.withResolvers<Outcome>();
    const timers = [
      clock.after(timeout, () => over.abort()),
      clock.after(timeout * (1 + LATE), () =>
        resolve({ status: 'retry', detail: `The courier took longer than ${timeout} ms.` }),
      ),
    ];
    try {
      return await Promise.race([Promise.try(ask, over.signal), late]);
    } catch (error) {
      this.#options.onError(error);
      const why = error instanceof Error ? error.message : String(error);
      return { status: 'retry', detail: `The courier failed: ${why}` };
    } finally {
      for (const timer of timers) timer.cancel();
    }
  }
}

/** Those of the rows that are still ours, with the attempt counted that now begins. */
function counted(rows: readonly Row[], begun: ReadonlySet<string>): readonly Row[] {
  return rows.filter(({ id }) => begun.has(id)).map((row) => ({ ...row, attempts: row.attempts + 1 }));
}

function toLetter(row: NotificationRow): Letter {
  return {
    id: row.id,
    user: row.user,
    category: row.category,
    level: row.level,
    title: row.title,
    body: row.body,
    ...(row.url === null ? {} : { url: row.url }),
    data: JSON.parse(row.data),
    at: row.at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
  };
}
