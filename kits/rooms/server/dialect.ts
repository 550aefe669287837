/**
 * The raw WebSocket of mobile clients: `{"type": NAME, …}` in, `{"type": NAME, "payload": …}` out, as their event streams
 * have it, and batches of these both ways.
 *
 * @module
 */
import {
  type ChannelEvent,
  type Dialect,
  decodeMessages,
  type Incoming,
  idOf,
  type JsonObject,
  type Notice,
  type Reply,
  type SubscribedTo,
  TidingsError,
} from '@tidings/server/kit';

/** Commands of the server that speak of channels, and here also of rooms. */
const OF_A_CHANNEL: ReadonlySet<string> = new Set(['typing', 'presence', 'history']);

function decodeOne(message: JsonObject): Incoming {
  const { type, ...fields } = message;
  if (typeof type !== 'string') throw new TidingsError('invalid_request', 'A message needs a "type".');
  const id = idOf(message);
  // The id of a message that is sent is also its own, by which a repeat is known.
  if (type === 'send_message') return { name: type, data: fields, ...id };
  const { id: _, ...data } = fields;
  if (!OF_A_CHANNEL.has(type) || typeof data.roomId !== 'string') return { name: type, data, ...id };
  const { roomId, ...rest } = data;
  return { name: type, data: { ...rest, channel: `room:${roomId}` }, ...id };
}

/** An event; what stands after its payload is its place, to resume from. */
function eventJson({ event, json, channel, epoch, offset, at }: ChannelEvent): string {
  return `{"type":"${event}","payload":${json},"channel":${JSON.stringify(channel)},"position":"${epoch}:${offset}","at":${at}}`;
}

function subscribedJson(answer: SubscribedTo): string {
  if ('error' in answer) return JSON.stringify(answer);
  const { events, ...rest } = answer;
  return `${JSON.stringify(rest).slice(0, -1)},"messages":[${events.map(eventJson).join(',')}]}`;
}

function encodeReply(reply: Reply): string | undefined {
  const { command } = reply;
  const id = reply.id === undefined ? {} : { id: reply.id };
  if (!reply.ok) return JSON.stringify({ type: 'error', payload: { ...reply.error, command }, ...id });
  if (command === 'ping') return JSON.stringify({ type: 'pong', ...id });
  if (command === 'subscribe') {
    const { channels } = reply.data as { readonly channels: readonly SubscribedTo[] };
    return `{"type":"subscribed","payload":{"channels":[${channels.map(subscribedJson).join(',')}]}${
      reply.id === undefined ? '' : `,"id":${JSON.stringify(reply.id)}`
    }}`;
  }
  // Who sends no id wants no answer, unless it failed.
  if (reply.id === undefined) return undefined;
  return JSON.stringify({ type: 'ack', payload: reply.data ?? null, command, ...id });
}

function encodeNotice(notice: Notice): string {
  switch (notice.type) {
    case 'welcome': {
      const { session, user = null, expiresAt, at, heartbeat, limits } = notice;
      return JSON.stringify({
        type: 'welcome',
        payload: { session, user, expiresAt, at, heartbeat, limits },
      });
    }
    case 'disconnect':
      return JSON.stringify({ type: 'disconnect', payload: notice.disconnect });
    case 'unsubscribed':
      return JSON.stringify({
        type: 'unsubscribed',
        payload: { channel: notice.channel, error: notice.error },
      });
    case 'direct':
      return JSON.stringify({ type: notice.event, payload: notice.data });
  }
}

export const dialect: Dialect = {
  name: 'rooms',
  decode: (text) => decodeMessages(text, decodeOne),
  encodeEvent: eventJson,
  encodeReply,
  encodeNotice,
  batch: { before: '{"type":"batch","messages":[', between: ',', after: ']}' },
};
