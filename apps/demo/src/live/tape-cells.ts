import type { Position } from './event.ts';
import type { Arrival, Entry } from './feed-log.ts';

/** One offset of the tape; `before` stands for what was before the channel, or before this pane. */
export interface Cell {
  readonly offset: number;
  readonly state: Arrival | 'missing' | 'before';
}

/**
 * The newest offsets of a channel and how a pane came to them.
 *
 * @param entries Newest first.
 * @param length How many cells; the last one is the head.
 */
export function tapeCells(
  entries: readonly Entry[],
  head: Position | undefined,
  length: number,
): readonly Cell[] {
  const arrivals = new Map<number, Arrival>();
  for (const entry of entries) {
    if (entry.kind === 'event' && entry.event.epoch === head?.epoch) {
      arrivals.set(entry.event.offset, entry.arrival);
    }
  }
  const oldest = Math.min(...arrivals.keys());
  const last = Math.max(head?.offset ?? 0, length);
  return Array.from({ length }, (_, index) => {
    const offset = last - length + 1 + index;
    const unheard = offset > oldest && offset <= (head?.offset ?? 0) ? 'missing' : 'before';
    return { offset, state: arrivals.get(offset) ?? unheard };
  });
}
