/**
 * What one pane has heard, and the book-keeping that would show a hole or a repetition.
 *
 * @module
 */
import { type ChannelEvent, later, type Position } from './event.ts';

/** How an event came: as it happened, on the return after an interruption, or as the past at the start. */
export type Arrival = 'live' | 'caught-up' | 'history';

/** What an interruption did. */
export type Outcome = 'recovered' | 'history-gone';

/** One line of the log, an event or what happened to the connection. */
export type Entry =
  | {
      readonly kind: 'event';
      readonly key: string;
      readonly event: ChannelEvent;
      readonly arrival: Arrival;
      /** When the page heard it, on the clock of `performance.now()`. */
      readonly heardAt: number;
    }
  | {
      readonly kind: 'mark';
      readonly key: string;
      readonly mark: 'cut' | 'lost' | Outcome;
      /** Milliseconds since 1970-01-01 UTC. */
      readonly at: number;
    };

/** Everything a pane shows of its past. */
export interface LogState {
  /** Newest first. */
  readonly entries: readonly Entry[];
  readonly heard: number;
  /** Events that came again; the protocol promises none. */
  readonly duplicates: number;
  /** Offsets that were jumped over; the protocol promises none. */
  readonly gaps: number;
  readonly reconnects: number;
  /** How the last interruption ended; `undefined` before the first. */
  readonly outcome: Outcome | undefined;
  /** Events that the last return brought. */
  readonly caughtUp: number;
  /** The newest place the pane has everything up to; where it resumes from. */
  readonly position: Position | undefined;
  /** Where the pane stands for the eye: its position, or where the channel stood when it was followed. */
  readonly stands: Position | undefined;
}

/** Where the server says the channel stands when it is followed. */
export interface Joined {
  readonly recovered: boolean;
  /** Everything up to here belongs to the past; `undefined` when the transport does not say. */
  readonly head: Position | undefined;
}

/** Entries that are kept. */
const KEPT = 200;

export const EMPTY_LOG: LogState = {
  entries: [],
  heard: 0,
  duplicates: 0,
  gaps: 0,
  reconnects: 0,
  outcome: undefined,
  caughtUp: 0,
  position: undefined,
  stands: undefined,
};

/** The log of one pane on one channel. */
export class FeedLog {
  #state = EMPTY_LOG;
  #joinedBefore = false;
  /** The past is being told: up to an offset, or until `settle` when that is not known. */
  #past: { readonly to: Position | undefined } | undefined;
  #marks = 0;

  get state(): LogState {
    return this.#state;
  }

  /** The channel is followed, for the first time or again. */
  joined({ recovered, head }: Joined, now: number): void {
    this.#past = { to: head };
    if (!this.#joinedBefore) {
      this.#joinedBefore = true;
      this.#update({ stands: head });
      return;
    }
    const outcome = recovered ? 'recovered' : 'history-gone';
    this.#update({
      outcome,
      caughtUp: 0,
      reconnects: this.#state.reconnects + 1,
      position: recovered ? this.#state.position : undefined,
      stands: later(this.#state.stands, head),
    });
    this.mark(outcome, now);
  }

  /** Takes an event; one that was heard before is counted and not shown. */
  event(event: ChannelEvent, heardAt: number): void {
    const { position, duplicates, gaps, heard, caughtUp } = this.#state;
    const expected = this.#expected(event);
    if (position?.epoch === event.epoch && event.offset <= position.offset) {
      this.#update({ duplicates: duplicates + 1 });
      return;
    }
    const arrival = this.#arrival(event);
    const place = { epoch: event.epoch, offset: event.offset };
    this.#update({
      heard: heard + 1,
      gaps: gaps + Math.max(0, event.offset - expected),
      caughtUp: arrival === 'caught-up' ? caughtUp + 1 : caughtUp,
      position: place,
      stands: later(this.#state.stands, place),
    });
    this.#add({ kind: 'event', key: event.id, event, arrival, heardAt });
  }

  /** The past has been told; what comes from now on is live. */
  settle(): void {
    const to = this.#past?.to;
    this.#past = undefined;
    if (to && !this.#state.position) this.#update({ position: to });
  }

  mark(mark: 'cut' | 'lost' | Outcome, at: number): void {
    this.#marks += 1;
    this.#add({ kind: 'mark', key: `mark-${this.#marks}`, mark, at });
  }

  /** The lowest offset that would leave no hole. */
  #expected(event: ChannelEvent): number {
    const { position } = this.#state;
    if (position?.epoch === event.epoch) return position.offset + 1;
    const head = this.#past?.to;
    // The past that is kept may begin anywhere, up to the head; beyond that an event was jumped over.
    if (head?.epoch === event.epoch) return event.offset <= head.offset ? event.offset : head.offset + 1;
    return event.offset;
  }

  #arrival(event: ChannelEvent): Arrival {
    if (!this.#past) return 'live';
    const { to } = this.#past;
    if (to && (to.epoch !== event.epoch || event.offset > to.offset)) {
      this.#past = undefined;
      return 'live';
    }
    return this.#state.outcome === 'recovered' ? 'caught-up' : 'history';
  }

  #add(entry: Entry): void {
    this.#update({ entries: [entry, ...this.#state.entries.slice(0, KEPT - 1)] });
  }

  #update(change: Partial<LogState>): void {
    this.#state = { ...this.#state, ...change };
  }
}
