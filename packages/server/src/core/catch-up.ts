import type { Position } from '@tidings/protocol';
import type { Slice, SliceRequest } from './ports/broker.ts';
import type { ChannelEvent } from './ports/event.ts';
import type { Waiting } from './session.ts';

/**
 * Moves a past on to now: what came while it was read becomes part of it. Sent later, as events, it would come after
 * newer ones of other channels.
 */
export function catchUp(slice: Slice, waiting: Waiting, { through, last = 0 }: SliceRequest): Slice {
  const newer = waiting.events.filter((event) => isAfter(event, slice.position));
  const newest = newer.at(-1);
  // A past that was asked for up to a place in the log ends there, and one of another epoch is over.
  if (through !== undefined || !newest || newer.some(({ epoch }) => epoch !== slice.position.epoch))
    return slice;
  waiting.events.length = 0;
  waiting.bytes = 0;
  const events = [...slice.events, ...newer];
  return {
    ...slice,
    position: { epoch: newest.epoch, offset: newest.offset },
    events: slice.recovered ? events : events.slice(Math.max(0, events.length - last)),
  };
}

/** Whether an event is no part of a past that ends at a position. */
export function isAfter(event: ChannelEvent, { epoch, offset }: Position): boolean {
  return event.epoch !== epoch || event.offset > offset;
}
