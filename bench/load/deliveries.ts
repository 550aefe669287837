import type { Client } from './client.ts';
import { plan } from './plan.ts';
import { now, tally } from './tally.ts';
import { fill } from './template.ts';

const MARKER = Buffer.from('{"t":"');
/** Places in an event, from its marker. */
const TIME_AT = 6;
const NUMBER_AT = 29;
/** Bytes of an event. */
export const EVENT_LENGTH = 128;

/** The messages that are published, and who has to hear them. */
export const messages = {
  /** That of the next one. */
  number: 0,
  /** Subscribers of each channel. */
  expected: [] as number[],
  /** Deliveries that are missing of each message under way, and when it was sent. */
  underWay: new Map<number, { missing: number; sent: number }>(),
};

/** Begins with none under way, and with the first channel. */
export function beginMessages(subscribers: readonly Client[]): void {
  const { channels } = plan;
  messages.number = Math.ceil(messages.number / channels) * channels;
  for (const client of subscribers) client.next = messages.number + (client.index % channels);
  messages.underWay = new Map();
}

/** Publishes the next message. */
export function publish(publishers: readonly Client[]): void {
  const { number, expected, underWay } = messages;
  const channel = number % plan.channels;
  const sent = now();
  const missing = expected[channel] ?? 0;
  if (missing > 0) underWay.set(number, { missing, sent });
  publishers[number % publishers.length]?.socket.write(
    fill(plan.message, { channel, subscriber: 0, time: sent, number }),
  );
  messages.number++;
}

function settle(n: number): void {
  const message = messages.underWay.get(n);
  if (message && --message.missing === 0) messages.underWay.delete(n);
}

/** Counts a message that a subscriber got, and those before it that it did not. @param sent, @param at in nanoseconds. */
export function deliver(client: Client, n: number, sent: number, at: number): void {
  const { channels } = plan;
  const { count, times } = tally;
  if (n < client.next || (n - client.next) % channels !== 0) {
    count.extra++;
    return;
  }
  for (; client.next < n; client.next += channels) {
    count.lost++;
    settle(client.next);
  }
  client.next = n + channels;
  count.deliveries++;
  tally.progress = at;
  times.add(at - sent);
  settle(n);
}

/** Counts what a subscriber should have got and did not. */
export function countMissing({ next }: Client): void {
  for (let n = next; n < messages.number; n += plan.channels) tally.count.lost++;
}

/** Counts the events in bytes of a client that is opening. */
export function countEvents(bytes: Buffer): void {
  for (let at = bytes.indexOf(MARKER); at >= 0; at = bytes.indexOf(MARKER, at + 1)) tally.count.events++;
}

/** Delivers the events in what a subscriber got. */
export function readEvents(client: Client, bytes: Buffer, at: number): void {
  for (let place = bytes.indexOf(MARKER); place >= 0; place = bytes.indexOf(MARKER, place + EVENT_LENGTH)) {
    if (place + EVENT_LENGTH > bytes.length) return;
    const hex = (from: number, digits: number) =>
      Number.parseInt(bytes.toString('latin1', place + from, place + from + digits), 16);
    deliver(client, hex(NUMBER_AT, 8), hex(TIME_AT, 16), at);
  }
}
