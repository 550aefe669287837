import type { Position } from './event.ts';
import type { Arrival, Entry } from './feed-log.ts';

/** One offset of the tape; `before` stands for what was before the channel, or before this pane. */
export interface Cell {
  readonly offset: number;
  readonly state: Arrival | 'missing' | 'before';
}

export interface TapeOptions {
  /** Newest first. */
  readonly entries: readonly Entry[];
  /** Where the pane stands. */
  readonly stands: Position | undefined;
  /** Where the channel stands. */
  readonly head: Position | undefined;
  /** How many cells; the last one is the head. */
  readonly length: number;
}

/** The newest offsets of a channel and how a pane came to them. */
export function tapeCells({ entries, stands, head, length }: TapeOptions): readonly Cell[] {
  const arrivals = new Map<number, Arrival>();
  for (const entry of entries) {
    if (entry.kind === 'event' && entry.event.epoch === head?.epoch) {
      arrivals.set(entry.event.offset, entry.arrival);
    }
  }
  // What the pane was on the channel for; before that it cannot have missed anything.
  const since = Math.min(
    ...arrivals.keys(),
    stands && stands.epoch === head?.epoch ? stands.offset + 1 : Infinity,
  );
  const last = Math.max(head?.offset ?? 0, length);
  return Array.from({ length }, (_, index) => {
    const offset = last - length + 1 + index;
    const unheard = offset >= since && offset <= (head?.offset ?? 0) ? 'missing' : 'before';
    return { offset, state: arrivals.get(offset) ?? unheard };
  });
}
