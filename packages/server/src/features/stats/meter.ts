import type { DisconnectReason } from '@tidings/protocol';
import type { Core } from '../../core/core.ts';
import type { HubObserver } from '../../core/hub-observer.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { ChannelEvent } from '../../core/ports/event.ts';
import type { Session } from '../../core/session.ts';

/** Events published on one day. */
export interface DayCount {
  /** Days since 1970-01-01 UTC. */
  readonly day: number;
  readonly events: number;
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * Counts what the server does, in plain numbers: nothing is done per subscriber, and what can be asked when somebody
 * wants to know is not counted.
 */
export class Meter implements HubObserver {
  readonly startedAt: number;
  /** Live sessions by transport. */
  readonly connections = new Map<string, number>();
  /** Sessions that have ended, by reason. */
  readonly disconnects = new Map<DisconnectReason, number>();
  /** Commands answered, by name and then by outcome. */
  readonly commands = new Map<string, Map<string, number>>();
  eventsPublished = 0;
  eventsDelivered = 0;
  eventsDropped = 0;
  readonly #clock: Clock;
  readonly #hub: Core['hub'];
  #day: number;
  #before = 0;

  constructor(core: Pick<Core, 'hub' | 'dispatch'>, clock: Clock) {
    this.#clock = clock;
    this.#hub = core.hub;
    this.startedAt = clock.now();
    this.#day = this.#today();
    core.hub.observe(this);
    core.dispatch.observe((name, outcome) => {
      let outcomes = this.commands.get(name);
      if (!outcomes) {
        outcomes = new Map();
        this.commands.set(name, outcomes);
      }
      add(outcomes, outcome, 1);
    });
  }

  opened({ transport }: Session): void {
    add(this.connections, transport, 1);
  }

  closed({ transport, closed }: Session): void {
    add(this.connections, transport, -1);
    add(this.disconnects, closed?.reason ?? 'disconnected', 1);
  }

  published({ at }: Pick<ChannelEvent, 'at'>): void {
    this.#turnDay(dayOf(at));
    this.eventsPublished += 1;
  }

  delivered(_event: unknown, sessions: number): void {
    this.eventsDelivered += sessions;
  }

  dropped(_session: Session, events: number): void {
    this.eventsDropped += events;
  }

  /** Events published since midnight UTC, also by the processes before this one that {@link resume} knows of. */
  get today(): DayCount {
    this.#turnDay();
    return { day: this.#day, events: this.eventsPublished - this.#before };
  }

  /** Counts on from where the process before this one was. */
  resume({ day, events }: DayCount): void {
    this.#turnDay();
    if (day === this.#day) this.#before -= events;
  }

  /** Milliseconds since the start. */
  get uptime(): number {
    return this.#clock.now() - this.startedAt;
  }

  /** One session following one channel is one. */
  get subscriptions(): number {
    return sum(this.#hub.sessions.values(), ({ subscriptions }) => subscriptions.size);
  }

  /** Bytes that wait for readers that are too slow, in our queues and in those of the sockets. */
  get queuedBytes(): number {
    return sum(
      this.#hub.sessions.values(),
      ({ queue, connection }) => (queue?.bytes ?? 0) + connection.buffered,
    );
  }

  #turnDay(today = this.#today()): void {
    if (today === this.#day) return;
    this.#day = today;
    this.#before = this.eventsPublished;
  }

  #today(): number {
    return dayOf(this.#clock.now());
  }
}

/** The day of a time, days since 1970-01-01 UTC. */
function dayOf(at: number): number {
  return Math.floor(at / DAY);
}

function add<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function sum<Item>(items: Iterable<Item>, of: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
