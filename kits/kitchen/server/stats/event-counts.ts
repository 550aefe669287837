import { Counter, Gauge, type Session, sql, type Tidings } from '@tidings/server/kit';
import { DIALECT } from '../realtime/dialect.ts';
import type { KitchenTables } from '../tables.ts';
import { dayOf } from './days.ts';

interface Count {
  readonly day: number;
  readonly type: string;
  published: number;
  delivered: number;
}

/** What has been counted and not been written yet. */
interface Unwritten {
  /** By day and type. */
  readonly counts: Map<string, Count>;
  /** By day. */
  readonly users: Map<number, Set<string>>;
}

/** Rows written by one statement. */
const CHUNK = 1000;

/**
 * Counts events by day and type, and users by day, in memory, and adds them to the database now and then. What `kill -9` may
 * make it forget is what came since it was last written.
 */
export class EventCounts {
  readonly #tidings: Tidings<KitchenTables>;
  readonly #published: Counter<'type'>;
  readonly #delivered: Counter<'type'>;
  readonly #sessions = new Set<Session>();
  /** Users who are known to be active on `#day`. */
  readonly #known = new Set<string>();
  #day = 0;
  #unwritten: Unwritten = nothing();
  #writing: Promise<void> = Promise.resolve();

  constructor(tidings: Tidings<KitchenTables>) {
    this.#tidings = tidings;
    const registers = [tidings.metrics];
    this.#published = new Counter({
      name: 'kitchen_events_published_total',
      help: 'Events of the kitchen, by type.',
      labelNames: ['type'],
      registers,
    });
    this.#delivered = new Counter({
      name: 'kitchen_events_delivered_total',
      help: 'Events of the kitchen times the clients that were given them, by type.',
      labelNames: ['type'],
      registers,
    });
    const sessions = this.#sessions;
    new Gauge({
      name: 'kitchen_clients',
      help: 'Live clients of the kitchen’s raw WebSocket.',
      registers,
      collect() {
        this.set([...sessions].filter(({ wire }) => wire.dialect.name === DIALECT).length);
      },
    });
    const activeUsers = () => this.#activeToday();
    new Gauge({
      name: 'kitchen_active_users',
      help: 'Different users who were connected here today (UTC).',
      registers,
      collect() {
        this.set(activeUsers());
      },
    });
  }

  published(type: string): void {
    this.#count(type).published += 1;
    this.#published.inc({ type });
  }

  delivered(type: string, sessions: number): void {
    if (sessions === 0) return;
    this.#count(type).delivered += sessions;
    this.#delivered.inc({ type }, sessions);
  }

  opened(session: Session): void {
    if (!session.closed) this.#sessions.add(session);
    this.#active(session);
  }

  closed(session: Session): void {
    // It may have said who it is since it was opened.
    this.#active(session);
    this.#sessions.delete(session);
  }

  /** Adds what was counted to the database. When that fails it is tried again with the next. */
  write(): Promise<void> {
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    for (const session of this.#sessions) this.#active(session);
    const unwritten = this.#unwritten;
    if (unwritten.counts.size === 0 && unwritten.users.size === 0) return;
    this.#unwritten = nothing();
    try {
      await this.#tidings.transaction(async ({ db }) => {
        // In one order, so that of two servers which write at once neither waits for the other's rows in turn.
        for (const [, count] of [...unwritten.counts].toSorted(byKey))
          await db
            .insertInto('kitchen_event_counts')
            .values(count)
            .onConflict((conflict) =>
              conflict.columns(['day', 'type']).doUpdateSet({
                published: sql<number>`kitchen_event_counts.published + excluded.published`,
                delivered: sql<number>`kitchen_event_counts.delivered + excluded.delivered`,
              }),
            )
            .execute();
        const active = [...unwritten.users]
          .toSorted(byKey)
          .flatMap(([day, users]) => [...users].toSorted().map((user) => ({ day, user })));
        for (let begin = 0; begin < active.length; begin += CHUNK)
          await db
            .insertInto('kitchen_active_users')
            .values(active.slice(begin, begin + CHUNK))
            .onConflict((conflict) => conflict.columns(['day', 'user']).doNothing())
            .execute();
      });
    } catch (error) {
      this.#putBack(unwritten);
      throw error;
    }
  }

  #putBack({ counts, users }: Unwritten): void {
    for (const { day, type, published, delivered } of counts.values()) {
      const count = this.#count(type, day);
      count.published += published;
      count.delivered += delivered;
    }
    for (const [day, names] of users) for (const user of names) this.#usersOf(day).add(user);
  }

  #count(type: string, day = this.#today()): Count {
    const { counts } = this.#unwritten;
    const key = `${day} ${type}`;
    let count = counts.get(key);
    if (!count) {
      count = { day, type, published: 0, delivered: 0 };
      counts.set(key, count);
    }
    return count;
  }

  #active({ identity: { user } }: Session): void {
    const day = this.#today();
    if (user === undefined || this.#known.has(user)) return;
    this.#known.add(user);
    this.#usersOf(day).add(user);
  }

  #activeToday(): number {
    this.#today();
    for (const session of this.#sessions) this.#active(session);
    return this.#known.size;
  }

  #usersOf(day: number): Set<string> {
    const { users } = this.#unwritten;
    let names = users.get(day);
    if (!names) {
      names = new Set();
      users.set(day, names);
    }
    return names;
  }

  #today(): number {
    const day = dayOf(this.#tidings.clock.now());
    if (day !== this.#day) {
      this.#day = day;
      this.#known.clear();
    }
    return day;
  }
}

function byKey<Key extends string | number>([one]: [Key, unknown], [other]: [Key, unknown]): number {
  return one < other ? -1 : 1;
}

function nothing(): Unwritten {
  return { counts: new Map(), users: new Map() };
}
