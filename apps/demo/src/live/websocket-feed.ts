/**
 * The native WebSocket, written by hand: resumes by `since`, a position.
 *
 * @module
 */

import { endOfRefusal } from './end-of-refusal.ts';
import { formatPosition, type Position, parseEvent, parsePosition, parseProblem } from './event.ts';
import type { Link, LinkHandlers, Target } from './link.ts';
import { CommandError, type Message, NativeSocket } from './native-socket.ts';

/** Follows a channel over `/realtime`. */
export function createWebSocketLink({ channel, token, last }: Target, on: LinkHandlers): Link {
  let socket: NativeSocket | undefined;

  async function subscribe(current: NativeSocket, from: Position | undefined) {
    const since = from && { since: formatPosition(from) };
    try {
      const reply = await current.request('subscribe', { channels: [{ channel, last, ...since }] });
      if (current !== socket) return;
      const [answer] = reply.channels as Message[];
      on.joined({ recovered: answer?.recovered === true, head: parsePosition(answer?.position) });
      for (const past of (answer?.events ?? []) as unknown[]) heard(past);
      on.settled();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      // The end of the connection is told by `onEnd`.
      if (current !== socket || error.problem.code === 'connection_lost') return;
      end();
      on.ended(endOfRefusal(error.problem));
    }
  }

  function heard(message: unknown) {
    const event = parseEvent(message);
    if (event) on.event(event);
  }

  function end() {
    socket?.close();
    socket = undefined;
  }

  return {
    open(from) {
      end();
      const current = new NativeSocket({
        token,
        onMessage(message) {
          if (message.channel !== channel) return;
          if (message.type === 'event') heard(message);
          if (message.type === 'unsubscribed') {
            end();
            on.ended(endOfRefusal(parseProblem(message.error)));
          }
        },
        onEnd(ended) {
          socket = undefined;
          on.ended(ended);
        },
      });
      socket = current;
      void subscribe(current, from);
    },
    abort: end,
  };
}
