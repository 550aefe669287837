/**
 * The native WebSocket, as browsers, Node and React Native have it.
 *
 * @module
 */
import { ClientError } from '../client-error.ts';
import { type Outgoing, utf8Length } from '../outgoing.ts';
import { readMessage, type ServerMessage } from '../wire.ts';
import type { OpenTransport, Transport, TransportEnd } from './transport.ts';

/** After these the same would only happen again. */
const FINAL_CODES: ReadonlySet<number> = new Set([1002, 1003, 1007, 1009]);

/** From here on a close code says that the client must not come back by itself. */
const FIRST_FINAL_CODE = 4500;

/** A normal end. */
const NORMAL = 1000;

/** Messages of one batch; the protocol's limit. */
const MAX_BATCH = 100;

/** Opens a WebSocket at `/realtime`. */
export const openWebSocket: OpenTransport = ({ url, token, listener }): Transport => {
  const { alive, message: hear, fault, closed } = listener;
  let ended = false;
  let notice: Extract<ServerMessage, { type: 'disconnect' }> | undefined;
  let socket: WebSocket | undefined;
  let maxMessage = 0;

  const end = (outcome: TransportEnd) => {
    if (ended) return;
    ended = true;
    closed(outcome);
  };

  const receive = (text: unknown) => {
    if (ended) return;
    alive();
    try {
      const message = readMessage(text);
      if (message?.type === 'disconnect') notice = message;
      else if (message) {
        if (message.type === 'welcome') maxMessage = message.welcome.maxMessage;
        hear(message);
      }
    } catch (error) {
      fault(error as ClientError);
    }
  };

  try {
    // A browser can set no header, so the token goes as a subprotocol.
    const protocols = ['tidings.v1', ...(token === undefined ? [] : [`tidings.token.${token}`])];
    socket = new WebSocket(`${url.replace(/^http/, 'ws')}/realtime`, protocols);
    socket.onmessage = ({ data }) => receive(data);
    socket.onclose = ({ code }) => end(endOf(code, notice));
    // The close that follows says all there is to say.
    socket.onerror = () => {};
  } catch (cause) {
    const error = new ClientError('connection_failed', 'A WebSocket cannot be made here.', { cause });
    queueMicrotask(() => end({ error, reconnect: true, retryAfter: undefined }));
  }

  return {
    kind: 'websocket',
    send(messages) {
      if (ended || socket?.readyState !== WebSocket.OPEN) return;
      for (const frame of framesOf(messages, maxMessage)) socket.send(frame);
    },
    close(code = NORMAL) {
      ended = true;
      if (!socket) return;
      // A close of a connection that answers nothing would come only after the platform's own patience.
      socket.onclose = null;
      socket.onmessage = null;
      try {
        socket.close(code);
      } catch {
        // A code that the platform does not let us say.
        socket.close();
      }
    },
  };
};

/** What a batch adds to its messages. */
const BATCH_HEAD = '{"type":"batch","messages":[';
const BATCH_TAIL = ']}';

/** As few frames as the server's limits allow. @param maxBytes of a frame; 0 when not known. */
export function framesOf(messages: readonly Outgoing[], maxBytes: number): readonly string[] {
  const frames: string[] = [];
  let gathered: string[] = [];
  let bytes = 0;
  const flush = () => {
    if (gathered.length === 1) frames.push(...gathered);
    else if (gathered.length > 1) frames.push(BATCH_HEAD + gathered.join(',') + BATCH_TAIL);
    gathered = [];
    bytes = BATCH_HEAD.length + BATCH_TAIL.length;
  };
  flush();
  for (const { text, alone } of messages) {
    const size = utf8Length(text) + 1;
    const full = gathered.length === MAX_BATCH || (maxBytes > 0 && bytes + size > maxBytes);
    if (alone || full) flush();
    gathered.push(text);
    bytes += size;
    if (alone) flush();
  }
  flush();
  return frames;
}

function endOf(
  code: number,
  notice: Extract<ServerMessage, { type: 'disconnect' }> | undefined,
): TransportEnd {
  if (notice) {
    const { reason, reconnect, retryAfter } = notice;
    const error = new ClientError(reason as ClientError['code'], `The server ended the session: ${reason}.`, {
      retryAfter,
    });
    return { error, reconnect, retryAfter };
  }
  return {
    error: new ClientError('connection_lost', `The connection was lost (${code}).`),
    reconnect: code < FIRST_FINAL_CODE && !FINAL_CODES.has(code),
    retryAfter: undefined,
  };
}
