import type { Entry } from './feed-log.ts';

/** How long an entry's event took from its publish on this page, milliseconds; `undefined` unless it came live from here. */
export function latencyOf(entry: Entry, sentAt: ReadonlyMap<string, number>): number | undefined {
  if (entry.kind !== 'event' || entry.arrival !== 'live') return undefined;
  const sent = sentAt.get(entry.event.id);
  return sent === undefined ? undefined : Math.max(0, entry.heardAt - sent);
}

/** The newest latency that is known. @param entries Newest first. */
export function lastLatency(
  entries: readonly Entry[],
  sentAt: ReadonlyMap<string, number>,
): number | undefined {
  for (const entry of entries) {
    const latency = latencyOf(entry, sentAt);
    if (latency !== undefined) return latency;
  }
  return undefined;
}
