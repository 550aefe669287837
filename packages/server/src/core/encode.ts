import type { Frame, Run } from './ports/batch.ts';
import type { Wire } from './ports/connection.ts';
import type { ChannelEvent } from './ports/event.ts';

/** Events as a wire carries them. */
export interface Encoded {
  /** A frame for each of `events`. */
  readonly run: Run;
  readonly events: readonly ChannelEvent[];
}

/** Encodes events for all who hear them on a wire; those that it has no form for are left out. */
export function encode(wire: Wire, events: readonly ChannelEvent[]): Encoded {
  const run: Frame[] = [];
  let left: Set<ChannelEvent> | undefined;
  for (const event of events) {
    const text = wire.dialect.encodeEvent(event);
    if (text === undefined) left = (left ?? new Set()).add(event);
    else run.push(wire.frame(text));
  }
  return { run, events: left ? events.filter((event) => !left.has(event)) : events };
}
