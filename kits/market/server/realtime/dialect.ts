/**
 * The raw WebSocket of the market: flat messages `{type, …}` both ways.
 *
 * @module
 */
import { DISCONNECTS } from '@tidings/protocol';
import {
  type ChannelEvent,
  type Command,
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
import { TOLD_EVENTS } from '../../events.ts';
import { sneakerChannel } from '../channels.ts';

const TYPING = 'typing:support:';
const PRESENCE = 'presence:';

/** Characters of a key, as everywhere in the server's API. */
const MAX_KEY = 128;

/** What a client may say, by type; the command of the same name in small letters, unless it says otherwise. */
const MESSAGES: Readonly<Record<string, (message: JsonObject) => Command>> = {
  PING: () => ({ name: 'ping', data: {} }),
  SUBSCRIBE: ({ product_id, channels, since }) => ({
    name: 'subscribe',
    data: {
      channels:
        channels === undefined
          ? [{ channel: channelOf(product_id), ...(since === undefined ? {} : { since }) }]
          : channels,
    },
  }),
  UNSUBSCRIBE: ({ product_id, channels }) => ({
    name: 'unsubscribe',
    data: { channels: channels === undefined ? [channelOf(product_id)] : channels },
  }),
  TYPING: ({ ticket_id, active = true }) => ({
    name: 'typing',
    data: { channel: `support:${ticket_id}`, active },
  }),
  ...Object.fromEntries(
    [
      'PLACE_BID',
      'PLACE_ASK',
      'CHANGE_BID',
      'CHANGE_ASK',
      'CANCEL_BID',
      'CANCEL_ASK',
      'UPDATE_ORDER',
      'WATCH_PRODUCT',
      'UNWATCH_PRODUCT',
      'OPEN_TICKET',
      'CHAT_MESSAGE',
      'TAKE_TICKET',
      'CLOSE_TICKET',
      'READ_TICKET',
    ].map((type) => [type, (message: JsonObject) => commandOf(type, message)]),
  ),
};

/** Of these the message's id is also what the command is about. */
const WITH_ID: ReadonlySet<string> = new Set([
  'CHANGE_BID',
  'CHANGE_ASK',
  'CANCEL_BID',
  'CANCEL_ASK',
  'CHAT_MESSAGE',
]);

function commandOf(type: string, { type: _, key, id, ...fields }: JsonObject): Command {
  if (key !== undefined && (typeof key !== 'string' || key === '' || key.length > MAX_KEY))
    throw new TidingsError('invalid_request', `A "key" is a text of 1 to ${MAX_KEY} characters.`);
  const data: Record<string, unknown> = { ...fields };
  if (WITH_ID.has(type) && id !== undefined) data.id = id;
  // Some clients have numbers for ids.
  if (typeof data.product_id === 'number') data.product_id = String(data.product_id);
  return {
    name: type.toLowerCase(),
    data,
    awaited: true,
    ...(key !== undefined && { key }),
  };
}

function channelOf(product: unknown): string {
  if (typeof product !== 'string' && typeof product !== 'number')
    throw new TidingsError('invalid_request', 'This needs a "product_id", or "channels".');
  return sneakerChannel(String(product));
}

function decodeOne(message: JsonObject): Incoming {
  const { type } = message;
  const read = typeof type === 'string' && Object.hasOwn(MESSAGES, type) ? MESSAGES[type] : undefined;
  if (!read)
    throw new TidingsError('unknown_command', `"type" is one of ${Object.keys(MESSAGES).join(', ')}.`);
  return { ...read(message), ...idOf(message) };
}

/** An event; what stands after its fields is its place, to resume from. */
function eventJson({ event, json, channel, epoch, offset }: ChannelEvent): string {
  return `{"type":"${event}",${json.slice(1, -1)},"channel":${JSON.stringify(channel)},"position":"${epoch}:${offset}"}`;
}

function encodeEvent(told: ChannelEvent): string | undefined {
  const { channel, event } = told;
  if (channel.startsWith(TYPING)) {
    const { user } = told.data as { readonly user: string };
    const ticket_id = Number(channel.slice(TYPING.length));
    return JSON.stringify({ type: 'TYPING', ticket_id, user_id: user, active: event === 'start' });
  }
  if (channel.startsWith(PRESENCE))
    return JSON.stringify({
      type: 'PRESENCE',
      channel: channel.slice(PRESENCE.length),
      event,
      data: told.data,
    });
  if (event === 'notification') {
    // Its own type is how much it wants to be noticed.
    const { type: level, ...notification } = told.data as JsonObject;
    return JSON.stringify({ ...notification, level, type: 'NOTIFICATION' });
  }
  return TOLD_EVENTS.has(event) ? eventJson(told) : undefined;
}

function subscribedJson(answer: SubscribedTo): string {
  if ('error' in answer) return JSON.stringify(answer);
  const { events, ...rest } = answer;
  const messages = events.flatMap((event) => encodeEvent(event) ?? []);
  return `${JSON.stringify(rest).slice(0, -1)},"messages":[${messages.join(',')}]}`;
}

function encodeReply(reply: Reply): string | undefined {
  const command = reply.command.toUpperCase();
  const id = reply.id === undefined ? {} : { id: reply.id };
  if (!reply.ok) return JSON.stringify({ type: 'ERROR', ...reply.error, command, ...id });
  switch (reply.command) {
    case 'ping':
      return JSON.stringify({ type: 'PONG', ...id });
    case 'subscribe': {
      const { channels } = reply.data as { readonly channels: readonly SubscribedTo[] };
      const rest = JSON.stringify({ type: 'SUBSCRIBED', ...id }).slice(0, -1);
      return `${rest},"channels":[${channels.map(subscribedJson).join(',')}]}`;
    }
    case 'unsubscribe':
      return JSON.stringify({ type: 'UNSUBSCRIBED', ...(reply.data as object), ...id });
    case 'typing':
      return undefined;
    default:
      return JSON.stringify({ type: 'ACK', command, data: reply.data ?? null, ...id });
  }
}

function encodeNotice(notice: Notice): string {
  switch (notice.type) {
    case 'welcome': {
      const { session, user = null, expiresAt, at, heartbeat } = notice;
      return JSON.stringify({ type: 'CONNECTED', session, user, expiresAt, at, heartbeat });
    }
    case 'disconnect': {
      const { reason: code, reconnect, retryAfter } = notice.disconnect;
      return JSON.stringify({
        type: 'ERROR',
        code,
        message: DISCONNECTS[code].message,
        reconnect,
        retryAfter,
      });
    }
    case 'unsubscribed':
      return JSON.stringify({ type: 'ERROR', ...notice.error, channel: notice.channel });
    case 'direct':
      return JSON.stringify({ ...(notice.data as object), type: notice.event });
  }
}

export const dialect: Dialect = {
  name: 'market',
  decode: (text) => decodeMessages(text, decodeOne),
  encodeEvent,
  encodeReply,
  encodeNotice,
  batch: { before: '{"type":"batch","messages":[', between: ',', after: ']}' },
};
