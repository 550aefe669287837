/**
 * Lets go of what Node's HTTP server keeps for a request whose answer is a stream: the request, the response and the
 * parser, which are more than half of what an idle stream takes.
 *
 * Node does that by itself for an upgrade alone; for a GET there is no call. So the answer is ended as any other, only that
 * the connection is kept from being closed with it, and then the server's listeners are taken off the socket, as Node
 * takes them off for an upgrade. They are known by their names, and the parser by its place on the socket: where one of
 * them is not as it is known here, nothing is done and the stream goes on as the open answer that it is.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The names of the listeners by which Node's HTTP server serves a connection, by event. */
const SERVING = {
  data: 'bound socketOnData',
  end: 'bound socketOnEnd',
  close: 'bound socketOnClose',
  drain: 'bound socketOnDrain',
  error: 'socketOnError',
  timeout: 'socketOnTimeout',
} as const;

type Listener = (this: Socket) => void;

/** Node's own, beside what is public. */
interface ServedSocket extends Socket {
  /** The request that is read, or was read last. */
  readonly parser?: { readonly incoming?: IncomingMessage | null } | null;
}

/** Sends the last that a response has to send and lets go of the request, once that has been taken; its socket stays open. */
export type ReleaseHttp = typeof releaseHttp;

/**
 * @param response whose head has been written, and says that the body ends with the connection.
 * @param bytes the body until now; what comes is written to the socket.
 * @returns false when nothing was done: while another request waits behind this one, or another answer before it, and where
 *   Node is not as it is known here.
 */
export function releaseHttp(response: ServerResponse, bytes: Buffer): boolean {
  const { req: request } = response;
  const socket: ServedSocket | null = response.socket;
  if (!socket || !request.complete || socket.parser?.incoming !== request) return false;
  const serving = servingListeners(socket);
  if (!serving) return false;
  // With a listener of ours the bytes go past the parser, which reads no other request then; they are nothing to us.
  socket.on('data', ignore);
  socket.removeListener('data', serving.data);
  socket.resume();
  // The server closes the connection like this, after an answer that is the last.
  const { destroySoon } = socket;
  socket.destroySoon = ignore;
  response.on('finish', () => {
    socket.destroySoon = destroySoon;
    for (const [event, listener] of Object.entries(serving)) socket.removeListener(event, listener);
    // Of a connection that is closed the server has the parser back; it keeps a number of them for the next.
    serving.close.call(socket);
  });
  response.end(bytes);
  return true;
}

/** @returns `undefined` where one is missing. */
function servingListeners(socket: Socket): Record<keyof typeof SERVING, Listener> | undefined {
  const found = Object.entries(SERVING).map(([event, name]) => [
    event,
    socket.listeners(event).find((listener) => listener.name === name),
  ]);
  return found.every(([, listener]) => listener) ? Object.fromEntries(found) : undefined;
}

function ignore(): void {}
