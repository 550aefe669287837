/**
 * The native dialect: one JSON object a message, as `docs/PROTOCOL.md` describes it.
 *
 * @module
 */
import { FLAT_COMMANDS, PROTOCOL_VERSION, type Published, TidingsError } from '@tidings/protocol';
import type { Dialect, Incoming, Notice, Reply, SubscribedTo } from '../core/ports/dialect.ts';
import type { ChannelEvent } from '../core/ports/event.ts';
import type { JsonObject } from '../core/ports/json-object.ts';
import { receiptJson } from '../core/ports/receipt-json.ts';
import { decodeMessages, idOf } from './json-message.ts';
import { createPastJson } from './past-json.ts';

function decodeOne(message: JsonObject): Incoming {
  const { type, id: given, data = {}, key } = message;
  if (typeof type !== 'string') throw new TidingsError('invalid_request', 'A message needs a "type".');
  const { id } = idOf(message);
  if (given !== undefined && id === undefined) {
    throw new TidingsError('invalid_request', 'An "id" is a number or a string of at most 64 characters.');
  }
  if (FLAT_COMMANDS.has(type)) {
    const { type: _, id: __, ...fields } = message;
    return { name: type, data: fields, id, key: undefined };
  }
  const name = type === 'command' && message.name !== undefined ? message.name : type;
  if (typeof name !== 'string') throw new TidingsError('invalid_request', 'A command needs a "name".');
  if (key !== undefined && (typeof key !== 'string' || key.length > 128)) {
    throw new TidingsError('invalid_request', 'A "key" is a string of at most 128 characters.');
  }
  return { name, data, id, key };
}

/** An event as JSON; its data is spliced in as it is stored. */
function eventJson(event: ChannelEvent): string {
  const user = event.user === undefined ? '' : `,"user":${JSON.stringify(event.user)}`;
  return `{"type":"event","channel":${JSON.stringify(event.channel)},"event":"${event.event}","data":${event.json},"offset":${event.offset},"epoch":"${event.epoch}","id":"${event.id}","at":${event.at}${user}}`;
}

const pastJson = createPastJson(eventJson);

function subscribedJson(answer: SubscribedTo): string {
  if ('error' in answer) return JSON.stringify(answer);
  const { events, ...rest } = answer;
  return `${JSON.stringify(rest).slice(0, -1)},"events":${pastJson(events)}}`;
}

function encodeReply(reply: Reply): string | undefined {
  const id = reply.id === undefined ? '' : `"id":${JSON.stringify(reply.id)},`;
  if (!reply.ok) return `{"type":"reply",${id}"ok":false,"error":${JSON.stringify(reply.error)}}`;
  switch (reply.command) {
    case 'subscribe': {
      const { channels } = reply.data as { channels: readonly SubscribedTo[] };
      return `{"type":"reply",${id}"ok":true,"channels":[${channels.map(subscribedJson).join(',')}]}`;
    }
    case 'ping':
      return `{"type":"pong"${reply.id === undefined ? '' : `,"id":${JSON.stringify(reply.id)}`}}`;
    case 'publish':
      if (reply.id === undefined) return undefined;
      return `{"type":"reply",${id}"ok":true,"data":${receiptJson(reply.data as Published)}}`;
    default:
      // Who sends no id wants no answer, unless it failed.
      if (reply.id === undefined) return undefined;
      return `{"type":"reply",${id}"ok":true,"data":${JSON.stringify(reply.data) ?? 'null'}}`;
  }
}

function encodeNotice(notice: Notice): string {
  switch (notice.type) {
    case 'welcome': {
      const { type, session, user = null, expiresAt, at, heartbeat, limits } = notice;
      return JSON.stringify({
        type,
        protocol: PROTOCOL_VERSION,
        session,
        user,
        expiresAt,
        at,
        heartbeat,
        limits,
      });
    }
    case 'disconnect':
      return JSON.stringify({ type: 'disconnect', ...notice.disconnect });
    case 'unsubscribed':
      return JSON.stringify(notice);
    case 'direct':
      return JSON.stringify({ type: 'direct', event: notice.event, data: notice.data });
  }
}

export const nativeDialect: Dialect = {
  name: 'native',
  decode: (text) => decodeMessages(text, decodeOne),
  encodeEvent: eventJson,
  encodeReply,
  encodeNotice,
};
