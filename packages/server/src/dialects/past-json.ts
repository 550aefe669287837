import type { ChannelEvent } from '../core/ports/event.ts';

/** Pasts that are kept written; each is at most what one resume may bring. */
const KEPT = 16;

/**
 * Writes stretches of a channel's past, each once: after a cut or a restart thousands of clients come back to the same
 * place, and a stretch between two offsets of an epoch never changes.
 *
 * @param write one event as JSON.
 * @returns what writes the events, which are neighbours in one channel, as a JSON array.
 */
export function createPastJson(
  write: (event: ChannelEvent) => string,
): (events: readonly ChannelEvent[]) => string {
  const kept = new Map<string, string>();
  return (events) => {
    const [first] = events;
    const last = events.at(-1);
    if (!first || !last) return '[]';
    const stretch = `${first.channel} ${first.epoch} ${first.offset} ${last.offset}`;
    const known = kept.get(stretch);
    if (known !== undefined) return known;
    const text = `[${events.map(write).join(',')}]`;
    const [oldest] = kept.keys();
    if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(stretch, text);
    return text;
  };
}
