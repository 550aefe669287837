/**
 * Follows one channel over the native WebSocket protocol and comes back by itself: docs/PROTOCOL.md, "Resume".
 *
 * @module
 */
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ERRORS,
  type ErrorBody,
  type EventMessage,
  SUBPROTOCOL,
  type SubscribedChannel,
} from '@tidings/protocol';
import WebSocket from 'ws';
import { problemOf } from './problem.ts';

export interface FollowOptions {
  readonly url: URL;
  readonly channel: string;
  /** A position to resume from. */
  readonly since?: string | undefined;
  /** The newest so many events to begin with. */
  readonly last?: number | undefined;
  /** Makes a token for each connection; none is anonymous. */
  readonly token: () => Promise<string | undefined>;
  onEvent(event: EventMessage): void;
  /** Something the user should know: cut, back, a gap. */
  onNotice(text: string): void;
  readonly signal: AbortSignal;
}

/** Back-off: full jitter, doubling from the first to the longest, milliseconds. */
const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;

/** How long the server may take to answer the handshake, milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000;

/** The code of a connection that ended without a close frame. */
const ABNORMAL = 1006;

/** From here on a code says that coming back helps nothing. */
const FIRST_FINAL_CODE = 4500;

/** Close codes below 4000 after which coming back helps nothing. */
const FINAL_CODES: ReadonlySet<number> = new Set([1002, 1003, 1007, 1009]);

/** How a connection ended. */
interface Ending {
  readonly error: string;
  readonly final: boolean;
  readonly retryAfter?: number | undefined;
}

/**
 * Follows until the signal fires.
 *
 * @throws Error when the server says that coming back is no use.
 */
export async function follow(options: FollowOptions): Promise<void> {
  const place = { since: options.since };
  let attempts = 0;
  while (!options.signal.aborted) {
    const ending = await connect(options, place, () => {
      if (attempts > 0) options.onNotice('connected again');
      attempts = 0;
    });
    if (options.signal.aborted) return;
    if (ending.final) throw new Error(ending.error);
    if (attempts === 0) options.onNotice(`${ending.error}; trying again`);
    const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempts);
    attempts += 1;
    await delay(ending.retryAfter ?? Math.random() * longest, undefined, { signal: options.signal }).catch(
      () => {},
    );
  }
}

/** One connection, from opening to end. */
async function connect(
  options: FollowOptions,
  place: { since: string | undefined },
  onSubscribed: () => void,
): Promise<Ending> {
  const { channel, signal, onEvent, onNotice } = options;
  const token = await options.token();
  const url = new URL('/realtime', options.url);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url, SUBPROTOCOL, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    handshakeTimeout: HANDSHAKE_TIMEOUT,
  });
  const { promise, resolve } = Promise.withResolvers<Ending>();
  const end = (ending: Ending) => {
    resolve(ending);
    socket.close();
  };
  const take = (event: EventMessage) => {
    place.since = `${event.epoch}:${event.offset}`;
    onEvent(event);
  };

  let heartbeat: number | undefined;
  let silence: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(silence);
    if (heartbeat !== undefined) silence = setTimeout(() => socket.terminate(), 2 * heartbeat);
  };
  let retryAfter: number | undefined;
  let failure = 'the connection was cut';

  const subscribed = (answer: SubscribedChannel) => {
    onSubscribed();
    if (place.since !== undefined && !answer.recovered)
      onNotice(`the history after ${place.since} is gone; events may be missing here`);
    for (const event of answer.events) take(event);
    place.since = answer.position;
  };
  const receive = (message: ServerMessage) => {
    switch (message.type) {
      case 'welcome':
        ({ heartbeat } = message);
        break;
      case 'event':
        take(message);
        break;
      case 'reply': {
        const answer = message.channels?.[0];
        const error = message.error ?? answer?.error;
        if (error) end(endingOf(error));
        else if (answer) subscribed(answer);
        break;
      }
      case 'unsubscribed':
        end(endingOf(message.error));
        break;
      case 'disconnect':
        ({ retryAfter } = message);
        break;
      default:
    }
  };

  const stop = () => socket.close();
  signal.addEventListener('abort', stop);
  socket.on('open', () => {
    const target =
      place.since === undefined ? { channel, last: options.last } : { channel, since: place.since };
    socket.send(JSON.stringify({ type: 'subscribe', id: 1, channels: [target] }));
  });
  socket.on('ping', heard);
  socket.on('message', (data) => {
    receive(JSON.parse(String(data)) as ServerMessage);
    heard();
  });
  socket.on('unexpected-response', (request, response) => {
    text(response)
      .then(
        (body) => end(refusalOf(response.statusCode ?? 0, body)),
        () => end({ error: failure, final: false }),
      )
      .finally(() => request.destroy());
  });
  socket.on('error', (error) => {
    failure = `no connection to ${options.url.origin} (${error.message || 'refused'})`;
  });
  socket.on('close', (code, reason) => {
    const error = code === ABNORMAL ? failure : `the server ended the session (${code} ${reason})`;
    end({ error, final: code >= FIRST_FINAL_CODE || FINAL_CODES.has(code), retryAfter });
  });
  try {
    return await promise;
  } finally {
    clearTimeout(silence);
    heartbeat = undefined;
    signal.removeEventListener('abort', stop);
  }
}

function endingOf({ code, message, retryAfter }: ErrorBody): Ending {
  return { error: `${code}: ${message}`, final: !ERRORS[code]?.retry, retryAfter };
}

/** What an answer that is no upgrade says; a server that is full or starting will be back. */
function refusalOf(status: number, body: string): Ending {
  return {
    error: `${status} ${problemOf(body) ?? 'no WebSocket here'}`,
    final: status < 500 && status !== 429,
  };
}

/** What of the server's messages matters here. */
type ServerMessage =
  | EventMessage
  | { readonly type: 'welcome'; readonly heartbeat: number }
  | {
      readonly type: 'reply';
      readonly error?: ErrorBody;
      readonly channels?: readonly (SubscribedChannel & { readonly error?: ErrorBody })[];
    }
  | { readonly type: 'unsubscribed'; readonly error: ErrorBody }
  | { readonly type: 'disconnect'; readonly retryAfter?: number }
  | { readonly type: 'pong' };
