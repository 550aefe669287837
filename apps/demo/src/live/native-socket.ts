/**
 * The native WebSocket protocol (docs/PROTOCOL.md): commands with replies, and everything else the server says.
 *
 * @module
 */
import { type Problem, parseProblem } from './event.ts';
import type { Ended } from './link.ts';

/** A message of the server, a JSON object. */
export type Message = Readonly<Record<string, unknown>>;

export interface NativeSocketOptions {
  /** A JWT; `undefined` for an anonymous session. */
  readonly token: string | undefined;
  /** Whatever is no reply: `event`, `unsubscribed` … */
  onMessage?(message: Message): void;
  /** The connection is over; called once, unless `close` was. */
  onEnd(ended: Ended): void;
}

/** The server's answer to a command that failed, or the connection's end before one came (`connection_lost`). */
export class CommandError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

const SUBPROTOCOL = 'tidings.v1';
const PROTOCOL = 1;
/** Until `welcome` says its own. */
const HEARTBEAT = 25_000;
/** After a ping, this long for any message. */
const PATIENCE = 10_000;
const UNSUPPORTED_VERSION = 4505;
const DO_NOT_COME_BACK = 4500;
/** RFC 6455: what was sent was wrong, so sending it again would be too. */
const OURS_TO_MEND: ReadonlySet<number> = new Set([1002, 1003, 1007, 1009]);

interface Waiting {
  resolve(reply: Message): void;
  reject(error: CommandError): void;
}

export class NativeSocket {
  readonly #socket: WebSocket;
  readonly #options: NativeSocketOptions;
  readonly #waiting = new Map<number, Waiting>();
  #outgoing: string[] | undefined = [];
  #nextId = 1;
  #heartbeat = HEARTBEAT;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #said: Ended | undefined;
  #over = false;

  constructor(options: NativeSocketOptions) {
    this.#options = options;
    const url = new URL('/realtime', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    this.#socket = new WebSocket(url, SUBPROTOCOL);
    this.#socket.onopen = () => this.#opened();
    this.#socket.onmessage = ({ data }) => this.#received(data);
    this.#socket.onclose = ({ code }) => this.#ended(this.#said ?? endOf(code));
    // Before everything else that is asked, as a session without a token may not be taken.
    if (options.token) {
      this.request('authenticate', { token: options.token }).catch((error: CommandError) => {
        if (error.problem.code !== 'connection_lost')
          this.#ended({ problem: error.problem, reconnect: false });
      });
    }
  }

  /** Sends a command, now or once connected. @throws CommandError */
  request(type: string, fields: Message): Promise<Message> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#over) {
        reject(lost());
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#send({ ...fields, type, id });
    });
  }

  /** Closes the connection; nothing is told any more. */
  close(): void {
    this.#finish();
  }

  #send(message: Message): void {
    const text = JSON.stringify(message);
    if (this.#outgoing) this.#outgoing.push(text);
    else this.#socket.send(text);
  }

  #opened(): void {
    const outgoing = this.#outgoing ?? [];
    this.#outgoing = undefined;
    for (const text of outgoing) this.#socket.send(text);
    this.#watch();
  }

  #received(text: unknown): void {
    if (this.#over) return;
    this.#watch();
    const message = JSON.parse(String(text)) as Message;
    switch (message.type) {
      case 'welcome':
        if (typeof message.heartbeat === 'number') this.#heartbeat = message.heartbeat;
        if (message.protocol !== PROTOCOL) this.#socket.close(UNSUPPORTED_VERSION);
        return;
      case 'reply':
        this.#replied(message);
        return;
      case 'disconnect':
        this.#said = readDisconnect(message);
        return;
      default:
        this.#options.onMessage?.(message);
    }
  }

  #replied(reply: Message): void {
    const waiting = this.#waiting.get(reply.id as number);
    this.#waiting.delete(reply.id as number);
    if (reply.ok === true) waiting?.resolve(reply);
    else waiting?.reject(new CommandError(parseProblem(reply.error)));
  }

  /** Browsers hide pings, so silence is broken by our own. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#send({ type: 'ping' });
      this.#watchdog = setTimeout(() => this.#ended({ reconnect: true }), PATIENCE);
    }, this.#heartbeat);
  }

  #ended(ended: Ended): void {
    if (this.#over) return;
    this.#finish();
    this.#options.onEnd(ended);
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#watchdog);
    this.#socket.onopen = null;
    this.#socket.close();
    for (const { reject } of this.#waiting.values()) reject(lost());
    this.#waiting.clear();
  }
}

/** What a `disconnect` notice says; the same on every transport. */
export function readDisconnect({ reason, reconnect, retryAfter }: Message): Ended {
  return {
    problem: { code: String(reason), message: '' },
    reconnect: reconnect !== false,
    ...(typeof retryAfter === 'number' ? { retryAfter } : {}),
  };
}

function endOf(code: number): Ended {
  return { reconnect: code < DO_NOT_COME_BACK && !OURS_TO_MEND.has(code) };
}

function lost(): CommandError {
  return new CommandError({ code: 'connection_lost', message: '' });
}
