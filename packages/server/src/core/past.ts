/**
 * How much of a channel's past is told at once.
 *
 * @module
 */
import type { Slice } from './ports/broker.ts';
import type { ChannelEvent } from './ports/event.ts';

/** The whole past where it fits, else a gap. @param room bytes of data it may have. */
export function wholePast(slice: Slice, room: number): Slice {
  return bytesOf(slice.events) <= room ? slice : { ...slice, recovered: false, events: [] };
}

/** Bytes of the events' data. */
export function bytesOf(events: readonly ChannelEvent[]): number {
  return events.reduce((sum, event) => sum + event.json.length, 0);
}
