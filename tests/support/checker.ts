/**
 * Knows every acknowledged publish, and finds what a subscriber should have heard otherwise.
 *
 * @module
 */
import type { Position } from '@tidings/protocol';
import type { Heard, Hearing } from './hearing.ts';
import type { Acknowledged } from './publishers.ts';

/** A stretch of a channel that a subscriber was told it misses: after `from`, through `to`. */
interface Gap {
  readonly from: Position | undefined;
  readonly to: Position;
}

/** At most so many faults are told. */
const MAX_FAULTS = 10;

/**
 * Says what is wrong with what a subscriber heard: an acknowledged event that is missing and of which no gap was told, an
 * event twice, out of order, with a hole before it, or other than it was acknowledged. Nothing when all is right.
 *
 * @param acknowledged all publishes of which the subscriber must know by now.
 */
export function faultsOf(hearing: Hearing, acknowledged: readonly Acknowledged[]): string[] {
  const channels = new Set([
    ...acknowledged.map(({ channel }) => channel),
    ...hearing.events.map(({ channel }) => channel),
  ]);
  const faults = [...channels].flatMap((channel) => {
    const { gaps, faults } = walk(hearing, channel);
    const own = acknowledged.filter((receipt) => receipt.channel === channel);
    return [...faults, ...missing(own, hearing.events, gaps), ...repeats(hearing.events, channel)];
  });
  return faults.slice(0, MAX_FAULTS);
}

/** Follows the offsets of one channel. */
function walk(hearing: Hearing, channel: string): { gaps: Gap[]; faults: string[] } {
  const gaps: Gap[] = [];
  const faults: string[] = [];
  let at: Position | undefined;
  for (const entry of hearing.entries) {
    if ('told' in entry) {
      if (entry.told.channel !== channel) continue;
      const to = entry.told.position;
      if (at && at.epoch === to.epoch && to.offset < at.offset)
        faults.push(`${channel} was told to stand at ${show(to)} after ${show(at)}`);
      gaps.push({ from: at, to });
      at = to;
    } else {
      const { heard } = entry;
      if (heard.channel !== channel) continue;
      if (!at) gaps.push({ from: undefined, to: { epoch: heard.epoch, offset: heard.offset - 1 } });
      else if (heard.epoch !== at.epoch || heard.offset !== at.offset + 1)
        faults.push(`${channel} went from ${show(at)} to ${show(heard)}`);
      at = { epoch: heard.epoch, offset: heard.offset };
    }
  }
  return { gaps, faults };
}

/** Acknowledged events that were not heard as they were acknowledged, and lie in no gap that was told. */
function missing(acknowledged: readonly Acknowledged[], events: readonly Heard[], gaps: readonly Gap[]) {
  const byId = new Map(events.map((event) => [event.id, event]));
  const known = new Set(gaps.flatMap(({ from, to }) => [from?.epoch, to.epoch]));
  return acknowledged.flatMap((receipt) => {
    const event = byId.get(receipt.id);
    const place = `${receipt.channel} ${show(receipt)} (publisher ${receipt.publisher}, ${receipt.n})`;
    if (!event)
      return gaps.some((gap) => covers(gap, receipt, known))
        ? []
        : [`${place} was acknowledged and not heard`];
    const same =
      event.channel === receipt.channel &&
      event.epoch === receipt.epoch &&
      event.offset === receipt.offset &&
      event.data.publisher === receipt.publisher &&
      event.data.n === receipt.n;
    return same ? [] : [`${place} was heard as ${JSON.stringify(event)}`];
  });
}

function covers({ from, to }: Gap, { epoch, offset }: Position, known: ReadonlySet<string | undefined>) {
  const after = from === undefined || (from.epoch === epoch ? offset > from.offset : true);
  const through = to.epoch === epoch ? offset <= to.offset : true;
  // An epoch in which the subscriber never was lies between the two of a gap.
  const between = from?.epoch === epoch || to.epoch === epoch || !known.has(epoch);
  return after && through && between;
}

/** Events heard twice, and publishes that had two effects in one epoch. */
function repeats(events: readonly Heard[], channel: string): string[] {
  const seen = new Set<string>();
  return events.flatMap((event) => {
    if (event.channel !== channel) return [];
    const { publisher, n } = event.data;
    const names = [`the event ${event.id}`, `publisher ${publisher}'s ${n} in epoch ${event.epoch}`];
    const twice = names.filter((name) => seen.has(name));
    for (const name of names) seen.add(name);
    return twice.map((name) => `${channel}: ${name} was heard twice`);
  });
}

function show({ epoch, offset }: Position): string {
  return `${epoch}:${offset}`;
}
