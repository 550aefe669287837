/**
 * The raw WebSocket of the kitchen: `{type, …}` in, `{type, data}` out.
 *
 * @module
 */
import { DISCONNECTS } from '@tidings/protocol';
import {
  type Command,
  type Dialect,
  decodeMessages,
  type JsonObject,
  TidingsError,
} from '@tidings/server/kit';
import { TOLD_EVENTS } from '../../events.ts';
import { postChannel } from '../channels.ts';

/** The dialect's name, by which its sessions are known. */
export const DIALECT = 'kitchen';

/** The command behind `Subscribe`. */
export const SUBSCRIBE = 'kitchen_subscribe';

/** The command behind `Unsubscribe`. */
export const UNSUBSCRIBE = 'kitchen_unsubscribe';

const TYPING = 'typing:post:';

function typing(active: boolean) {
  return ({ post_id: post }: JsonObject): Command => {
    // Some clients have numbers for ids.
    if (typeof post !== 'string' && typeof post !== 'number')
      throw new TidingsError('invalid_request', 'This needs a "post_id".');
    return { name: 'typing', data: { channel: postChannel(String(post)), active } };
  };
}

/** What a client may say, by type. */
const MESSAGES: Readonly<Record<string, (message: JsonObject) => Command>> = {
  // Never answered: the client would answer the answer, and so on for ever.
  Heartbeat: () => ({ name: 'ping', data: {} }),
  Subscribe: ({ channels }) => ({ name: SUBSCRIBE, data: { channels } }),
  Unsubscribe: ({ channels }) => ({ name: UNSUBSCRIBE, data: { channels } }),
  TypingStart: typing(true),
  TypingStop: typing(false),
};

const ANSWERS: Readonly<Record<string, string>> = {
  [SUBSCRIBE]: 'Subscribed',
  [UNSUBSCRIBE]: 'Unsubscribed',
};

function say(type: string, data: unknown): string {
  return JSON.stringify({ type, data });
}

export const dialect: Dialect = {
  name: DIALECT,
  decode: (text) =>
    decodeMessages(text, (message) => {
      const { type } = message;
      const read = typeof type === 'string' && Object.hasOwn(MESSAGES, type) ? MESSAGES[type] : undefined;
      if (!read)
        throw new TidingsError('unknown_command', `"type" is one of ${Object.keys(MESSAGES).join(', ')}.`);
      return read(message);
    }),
  encodeEvent(told) {
    const { channel, event, json } = told;
    if (channel.startsWith(TYPING)) {
      const { user } = told.data as { user: string };
      const type = event === 'start' ? 'TypingStart' : 'TypingStop';
      return say(type, { post_id: channel.slice(TYPING.length), user_id: user });
    }
    return TOLD_EVENTS.has(event) ? `{"type":"${event}","data":${json}}` : undefined;
  },
  encodeReply(reply) {
    if (!reply.ok) return say('Error', reply.error);
    const type = ANSWERS[reply.command];
    return type && say(type, reply.data);
  },
  encodeNotice(notice) {
    switch (notice.type) {
      case 'direct':
        return say(notice.event, notice.data);
      case 'disconnect': {
        const { reason: code, reconnect, retryAfter } = notice.disconnect;
        return say('Error', { code, message: DISCONNECTS[code].message, reconnect, retryAfter });
      }
      case 'unsubscribed':
        return say('Error', notice.error);
      default:
        return undefined;
    }
  },
};
