import { formatSequence } from '@tidings/protocol';
import { ChannelEvent, type EventContent } from '../../core/ports/event.ts';

/** An entry of the log of all channels. */
export interface LogEntry {
  /** Contiguous over the log. */
  readonly number: number;
  readonly event: ChannelEvent;
  /** Who published it: the node, and what it calls the publish. */
  readonly node: string;
  readonly token: string;
}

/** An event as the scripts keep it, without its place. No newline is in the first line. */
export function encodeContent({ event, user, conflate, json }: EventContent): string {
  return `${JSON.stringify([event, user ?? null, conflate ?? null])}\n${json}`;
}

/** An event from a channel's past: `SEQUENCE TIME NODE TOKEN`, and its content. */
export function decodeEvent(text: string, channel: string, epoch: string, offset: number): ChannelEvent {
  return decode(text, 0, channel, epoch, offset).event;
}

/** An entry of the log: `NUMBER OFFSET EPOCH CHANNEL`, and the event. */
export function decodeEntry(text: string): LogEntry {
  const end = text.indexOf('\n');
  const [number, offset, epoch = '', channel = ''] = text.slice(0, end).split(' ');
  return { number: Number(number), ...decode(text, end + 1, channel, epoch, Number(offset)) };
}

function decode(text: string, begin: number, channel: string, epoch: string, offset: number) {
  const first = text.indexOf('\n', begin);
  const second = text.indexOf('\n', first + 1);
  const [sequence, at, node = '', token = ''] = text.slice(begin, first).split(' ');
  const [event, user, conflate] = JSON.parse(text.slice(first + 1, second));
  const content: EventContent = {
    channel,
    event,
    json: text.slice(second + 1),
    user: user ?? undefined,
    conflate: conflate ?? undefined,
  };
  const place = { offset, epoch, at: Number(at), sequence: Number(sequence) };
  const id = eventId(place.sequence, node);
  return { event: new ChannelEvent(content, { ...place, id }), node, token };
}

/** The id of an event, from its sequence and the node that published it. */
export function eventId(sequence: number, node: string): string {
  return formatSequence(sequence) + node;
}
