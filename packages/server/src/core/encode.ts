import type { Frame, Run } from './ports/batch.ts';
import type { Wire } from './ports/connection.ts';
import type { ChannelEvent } from './ports/event.ts';

/** The frames of some events on a wire, without those it has no form for. */
export function encode(wire: Wire, events: readonly ChannelEvent[]): Run {
  const run: Frame[] = [];
  for (const event of events) {
    const frame = encodeOne(wire, event);
    if (frame !== undefined) run.push(frame);
  }
  return run;
}

/** The frame of one event on a wire; `undefined` when it has no form for it. */
export function encodeOne(wire: Wire, event: ChannelEvent): Frame | undefined {
  const text = wire.dialect.encodeEvent(event);
  return text === undefined ? undefined : wire.frame(text);
}
