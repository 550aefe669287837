/**
 * The past of channels that are followed from one place in the log of all.
 *
 * @module
 */
import type { ResolvedChannel } from './namespaces.ts';
import { bytesOf, wholePast } from './past.ts';
import type { Broker, Slice, SliceRequest } from './ports/broker.ts';

/** One of the channels: what was asked for, and what was read. */
export interface ReadPast {
  readonly channel: ResolvedChannel;
  readonly request: SliceRequest;
  readonly slice: Slice;
}

/** More than any history has. */
const ALL = Number.MAX_SAFE_INTEGER;

/** Whether a place was given from which to resume. */
export function isResumed({ since, after = -1 }: SliceRequest): boolean {
  return since !== undefined || after >= 0;
}

/**
 * Makes the sequence of each event of the past a place in all the channels: a client that is cut right after the event
 * takes it for one.
 *
 * A channel with a gap would else stand at the head while the others are still on their way there. A client that is cut on
 * this way may be past what the channel has lost, and would hear, as recovered, what lies in the gap that it was told. So
 * the channel begins where the others begin, or with the oldest event that is kept of it when that is newer: a client that
 * is cut before then is told of the gap again, and has heard nothing of the channel. For the same reason all is told as
 * gaps when not all fits.
 *
 * @param room bytes of data that the past of all channels may have.
 * @returns for each channel what it gives. @throws what the broker throws.
 */
export async function alignPasts(
  broker: Broker,
  pasts: readonly ReadPast[],
  room: number,
): Promise<readonly Slice[]> {
  const begins = pasts.flatMap(({ slice }) => slice.events[0]?.sequence ?? []);
  const after = Math.min(...begins) - 1;
  const slices = await Promise.all(
    pasts.map(async ({ channel: { channel, config }, request, slice }) => {
      if (begins.length === 0 || slice.recovered || !isResumed(request)) return slice;
      const kept = await broker.read(channel, config.history, {
        after,
        through: request.through,
        last: ALL,
      });
      return { ...kept, recovered: false };
    }),
  );
  const bytes = slices.reduce((sum, { events }) => sum + bytesOf(events), 0);
  return bytes <= room
    ? slices
    : slices.map((slice) => (slice.events.length > 0 ? wholePast(slice, 0) : slice));
}
