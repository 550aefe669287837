/**
 * Events, answers and notices as Socket.IO packets (protocol 5), as `docs/PROTOCOL.md` describes them.
 *
 * @module
 */
import { formatCursor } from '@tidings/protocol';
import type { Dialect, Notice, Reply, SubscribedTo } from '../../core/ports/dialect.ts';
import type { ChannelEvent } from '../../core/ports/event.ts';

/** An answer as a client is given it: the reply of the native protocol without `type` and `id`. */
export function answerOf(reply: Reply, single: boolean): object {
  if (!reply.ok) return { ok: false, error: reply.error };
  if (reply.command !== 'subscribe') return { ok: true, data: reply.data ?? null };
  const { channels } = reply.data as { readonly channels: readonly SubscribedTo[] };
  return { ok: true, ...(single ? channels[0] : {}), channels };
}

/** An acknowledgement of the packet `id`. */
export function ackPacket(id: number, answer: object): string {
  return `3${id}[${JSON.stringify(answer)}]`;
}

/**
 * An event without a place in the log.
 *
 * A stock client takes the last argument for a cursor when it is a string, so it never is.
 */
export function eventPacket(event: string, data: unknown): string {
  return `2[${JSON.stringify(event)},${JSON.stringify(data) ?? 'null'}${typeof data === 'string' ? ',null' : ''}]`;
}

/**
 * An event with its three arguments.
 *
 * @param cursor `null` for one that is no place to resume from, since newer events were heard before it.
 */
export function channelEventPacket(event: ChannelEvent, cursor: string | null): string {
  const user = event.user === undefined ? '' : `,"user":${JSON.stringify(event.user)}`;
  return `2["${event.event}",${event.json},{"channel":${JSON.stringify(event.channel)},"offset":${event.offset},"epoch":"${event.epoch}","id":"${event.id}","at":${event.at}${user}},${JSON.stringify(cursor)}]`;
}

/**
 * The dialect of Socket.IO. It reads nothing: the library does, and hands over arguments.
 *
 * @param log names the log that cursors belong to; asked each time, since it is known only once the broker has started.
 */
export function socketioDialect(log: () => string): Dialect {
  function encodeEvent(event: ChannelEvent): string {
    return channelEventPacket(event, formatCursor(log(), event.sequence));
  }

  function encodeNotice(notice: Notice): string | undefined {
    switch (notice.type) {
      case 'welcome': {
        const { session, user = null, at, cursor } = notice;
        return `2["connected",${JSON.stringify({ status: 'ok', timestamp: at, session, user })},${JSON.stringify(cursor)}]`;
      }
      case 'disconnect':
        return eventPacket('tidings:disconnect', notice.disconnect);
      case 'unsubscribed':
        return eventPacket('unsubscribed', { channel: notice.channel, error: notice.error });
      case 'direct':
        return eventPacket(notice.event, notice.data);
    }
  }

  return {
    name: 'socketio',
    decode: () => [],
    encodeEvent,
    // Answers go out as acknowledgements, by the transport, which knows whose they are.
    encodeReply: () => undefined,
    encodeNotice,
  };
}
