/**
 * Server-Sent Events as text: one block of lines a message, as `docs/PROTOCOL.md` describes it.
 *
 * @module
 */
import { type Disconnect, formatCursor } from '@tidings/protocol';
import type { Dialect, Notice, SubscribedTo } from '../../core/ports/dialect.ts';
import type { ChannelEvent } from '../../core/ports/event.ts';

/**
 * The id of the last block of a client that must not come back. An `EventSource` comes back by itself, whatever it was
 * told; it hands this id back then, and is answered 204, which ends it for good.
 */
export const END_ID = 'end';

/** What makes the blocks differ. */
export interface SseDialectOptions {
  /** Names the log that cursors belong to; asked each time, since it is known only once the broker has started. */
  readonly log: () => string;
  /** Whether each event has an `event:` line with its name. */
  readonly named: boolean;
}

/** The dialect of unnamed or of named events. It reads nothing: commands go over HTTP. */
export function sseDialect({ log, named }: SseDialectOptions): Dialect {
  const nameLine = (event: string) => (named ? `event: ${event}\n` : '');

  function encodeEvent(event: ChannelEvent): string {
    const user = event.user === undefined ? '' : `,"user":${JSON.stringify(event.user)}`;
    return `id: ${formatCursor(log(), event.sequence)}\n${nameLine(event.event)}data: {"type":"${event.event}","channel":${JSON.stringify(event.channel)},"payload":${event.json},"offset":${event.offset},"epoch":"${event.epoch}","id":"${event.id}","at":${event.at}${user}}\n\n`;
  }

  function encodeNotice(notice: Notice): string | undefined {
    switch (notice.type) {
      // The stream's own welcome says where its channels stand, so it is made once they are followed.
      case 'welcome':
        return undefined;
      case 'disconnect':
        return disconnectBlock(notice.disconnect);
      case 'unsubscribed':
        return `event: unsubscribed\ndata: ${JSON.stringify({ channel: notice.channel, error: notice.error })}\n\n`;
      case 'direct':
        return `${nameLine(notice.event)}data: ${JSON.stringify({ type: notice.event, payload: notice.data })}\n\n`;
    }
  }

  return {
    name: named ? 'sse-named' : 'sse',
    decode: () => [],
    encodeEvent,
    encodeReply: () => undefined,
    encodeNotice,
  };
}

/** The last block of a stream. */
export function disconnectBlock(notice: Disconnect): string {
  const { reconnect, retryAfter } = notice;
  const retry = retryAfter === undefined ? '' : `retry: ${Math.ceil(retryAfter)}\n`;
  const id = reconnect ? '' : `id: ${END_ID}\n`;
  return `${retry}${id}event: disconnect\ndata: ${JSON.stringify(notice)}\n\n`;
}

/** What the first block of a stream says. */
export interface SseWelcome {
  readonly session: string;
  readonly user: string | undefined;
  /** Milliseconds between the comments of an idle stream. */
  readonly heartbeat: number;
  readonly channels: readonly SubscribedTo[];
}

/** The first block of a stream. `cursor` MUST be a place before everything that follows it. */
export function welcomeBlock({ session, user, heartbeat, channels }: SseWelcome, cursor: string): string {
  const answers = channels.map((answer) => {
    if ('error' in answer) return answer;
    const { events: _, ...rest } = answer;
    return rest;
  });
  const data = JSON.stringify({ session, user: user ?? null, heartbeat, channels: answers });
  return `event: welcome\nid: ${cursor}\ndata: ${data}\n\n`;
}
