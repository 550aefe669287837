/**
 * A stock socket.io-client: resumes by its own connection state recovery, and by `since` when that could not be kept.
 *
 * @module
 */
import { io } from 'socket.io-client';
import { endOfRefusal } from './end-of-refusal.ts';
import { formatPosition, type Position, parseEvent, parsePosition, parseProblem } from './event.ts';
import type { Ended, Link, LinkHandlers, Target } from './link.ts';
import { type Message, readDisconnect } from './native-socket.ts';

/** Follows a channel over `/socket.io/`. */
export function createSocketIoLink({ channel, token, last }: Target, on: LinkHandlers): Link {
  let from: Position | undefined;
  let said: Ended | undefined;
  let open = false;
  /** What arrived before `connect`: the missed events of a connection that is recovered. */
  let early: unknown[] | undefined;
  const socket = io({
    autoConnect: false,
    // The panes come back by one rule; what is resumed stays the client's own affair.
    reconnection: false,
    forceNew: true,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    ...(token ? { auth: { token } } : {}),
  });

  socket.on('connect', () => {
    if (socket.recovered) {
      on.joined({ recovered: true, head: undefined });
      const missed = early ?? [];
      early = undefined;
      for (const past of missed) heard(past);
      // Some may still be on the way: those that come before the answer to a ping.
      socket.emit('ping', {}, () => on.settled());
      return;
    }
    early = undefined;
    const since = from && { since: formatPosition(from) };
    socket.emit('subscribe', { channel, last, ...since }, (answer: Message) => {
      if (answer.ok !== true) {
        end(endOfRefusal(parseProblem(answer.error)));
        return;
      }
      on.joined({ recovered: answer.recovered === true, head: parsePosition(answer.position) });
      for (const past of (answer.events ?? []) as unknown[]) heard(past);
      on.settled();
    });
  });

  socket.onAny((event: string, data: unknown, meta: unknown) => {
    const { channel: origin } = (meta ?? {}) as Message;
    if (origin !== channel) return;
    const message = { ...(meta as Message), event, data };
    if (early) early.push(message);
    else heard(message);
  });
  socket.on('tidings:disconnect', (notice: Message) => {
    said = readDisconnect(notice);
  });
  socket.on('disconnect', () => end(said ?? { reconnect: true }));
  socket.on('connect_error', (error: Error & { data?: unknown }) => {
    // Without data it is the network's error; with it, the server's answer.
    end(error.data ? endOfRefusal(parseProblem(error.data)) : { reconnect: true });
  });

  function heard(message: unknown) {
    const event = parseEvent(message);
    if (event) on.event(event);
  }

  function abort() {
    open = false;
    // Not `socket.disconnect()`: that says goodbye, and the server would forget the session.
    socket.io.engine?.close();
  }

  function end(ended: Ended) {
    if (!open) return;
    abort();
    on.ended(ended);
  }

  return {
    open(position) {
      from = position;
      said = undefined;
      open = true;
      early = [];
      socket.connect();
    },
    abort,
  };
}
