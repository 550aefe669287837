import {
  formatPosition,
  type HistoryData,
  type Position,
  parsePosition,
  TidingsError,
} from '@tidings/protocol';
import type { Static } from 'typebox';
import type { ResolvedChannel } from './namespaces.ts';
import type { Broker } from './ports/broker.ts';
import type { ChannelEvent } from './ports/event.ts';

export interface HistoryParts {
  readonly broker: Broker;
  /** Bytes of data in one page. */
  readonly pageBytes: number;
}

/** Which page of a channel's past. */
export type HistoryRequest = Omit<Static<typeof HistoryData>, 'channel'>;

/** A page of a channel's past, as `HistoryPage` of the protocol. */
export interface PastPage {
  readonly channel: string;
  readonly position: string;
  readonly recovered: boolean;
  readonly events: readonly ChannelEvent[];
  readonly more: boolean;
}

const DEFAULT_LIMIT = 100;

/** Reads a page of a channel's past; whether the caller may is not asked here. */
export async function readHistory(
  { broker, pageBytes }: HistoryParts,
  { channel, config }: ResolvedChannel,
  { since, last, limit = DEFAULT_LIMIT }: HistoryRequest,
): Promise<PastPage> {
  const position = readPosition(since);
  const from = position ? { since: position, last } : { last: last ?? limit };
  const slice = await broker.read(channel, config.history, { ...from, limit });
  const events = firstOf(slice.events, pageBytes);
  return {
    channel,
    position: formatPosition(slice.position),
    recovered: slice.recovered,
    events,
    more: slice.more || events.length < slice.events.length,
  };
}

/** A position from a client. @throws TidingsError `bad_position`. */
export function readPosition(since: string | undefined): Position | undefined {
  if (since === undefined) return undefined;
  const position = parsePosition(since);
  if (!position) throw new TidingsError('bad_position');
  return position;
}

/** The first events whose data fits, but at least one: a page is never so large that asking for pages grows the server. */
function firstOf(events: readonly ChannelEvent[], bytes: number): readonly ChannelEvent[] {
  let sum = 0;
  const cut = events.findIndex((event, index) => {
    sum += event.json.length;
    return sum > bytes && index > 0;
  });
  return cut === -1 ? events : events.slice(0, cut);
}
