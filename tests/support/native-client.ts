import type { IncomingMessage } from 'node:http';
import type { ErrorBody } from '@tidings/protocol';
import { WebSocket } from 'ws';
import { Inbox } from './inbox.ts';
import { onTeardown } from './teardown.ts';

/** A message of the native protocol as it came, with every field that one may have. */
export interface Message {
  readonly type: string;
  readonly id?: number | string;
  readonly ok?: boolean;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly error?: ErrorBody;
  readonly channels?: readonly ChannelAnswer[];
  readonly channel?: string;
  readonly event?: string;
  readonly offset?: number;
  readonly epoch?: string;
  readonly at?: number;
  readonly user?: string | null;
  readonly code?: number;
  readonly reason?: string;
  readonly reconnect?: boolean;
  readonly retryAfter?: number;
  readonly protocol?: number;
  readonly session?: string;
  readonly heartbeat?: number;
  readonly expiresAt?: number;
  readonly limits?: Readonly<Record<string, number>>;
}

/** What an answer to `subscribe` says of one channel. */
export interface ChannelAnswer {
  readonly channel: string;
  readonly position?: string;
  readonly recovered?: boolean;
  readonly events?: readonly Message[];
  readonly overflow?: string;
  readonly error?: ErrorBody;
}

/** How a WebSocket ended. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface ConnectOptions {
  /** @default /realtime */
  readonly path?: string;
  /** For `Authorization: Bearer`. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
  /** Answer the server's pings. @default true */
  readonly answering?: boolean;
}

/** A handshake that was answered by HTTP instead of being taken. */
export class HandshakeRefused extends Error {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;

  constructor(response: IncomingMessage, body: unknown) {
    super(`The handshake was answered ${response.statusCode}: ${JSON.stringify(body)}`);
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    this.body = body;
  }
}

/** A raw client of the native WebSocket protocol: it sends what it is told, keeps what it hears, and decides nothing. */
export class NativeClient {
  readonly ws: WebSocket;
  readonly messages: Inbox<Message>;
  readonly pings = new Inbox<Buffer>('pings');
  readonly closed: Promise<Closed>;
  #nextId = 1;

  private constructor(ws: WebSocket, name: string) {
    this.ws = ws;
    this.messages = new Inbox(name);
    ws.on('message', (data, isBinary) => {
      this.messages.push(isBinary ? { type: 'binary' } : (JSON.parse(data.toString()) as Message));
    });
    ws.on('ping', (data) => this.pings.push(data));
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => {
        this.messages.end(`before the close (${code})`);
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  /** Connects; closed with the test. @throws HandshakeRefused */
  static async connect(url: string, options: ConnectOptions = {}): Promise<NativeClient> {
    const { path = '/realtime', token, headers = {}, protocols = [], answering = true } = options;
    const ws = new WebSocket(new URL(path, url.replace(/^http/, 'ws')), [...protocols], {
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      perMessageDeflate: false,
      autoPong: answering,
    });
    const client = new NativeClient(ws, `WebSocket ${path}`);
    onTeardown(() => ws.terminate());
    await new Promise<void>((resolve, reject) => {
      ws.on('open', resolve);
      ws.on('error', reject);
      ws.on('unexpected-response', (_request, response) => {
        void readBody(response).then((body) => reject(new HandshakeRefused(response, body)), reject);
      });
    });
    return client;
  }

  /** Connects and takes the welcome. */
  static async welcomed(url: string, options: ConnectOptions = {}): Promise<NativeClient> {
    const client = await NativeClient.connect(url, options);
    await client.messages.take(({ type }) => type === 'welcome');
    return client;
  }

  send(message: unknown): void {
    this.ws.send(JSON.stringify(message));
  }

  /** Sends a command under an id of its own and takes the answer. */
  async ask(type: string, fields: Readonly<Record<string, unknown>> = {}): Promise<Message> {
    const id = this.#nextId;
    this.#nextId += 1;
    this.send({ type, id, ...fields });
    return this.messages.take((message) => message.id === id);
  }

  /** Subscribes and gives the answer for each channel. @throws Error when the whole was refused. */
  async subscribe(...channels: readonly unknown[]): Promise<readonly ChannelAnswer[]> {
    const reply = await this.ask('subscribe', { channels });
    if (!reply.ok) throw new Error(`subscribe was refused: ${JSON.stringify(reply.error)}`);
    return reply.channels ?? [];
  }

  /** Takes the next event. */
  event(match: (event: Message) => boolean = () => true): Promise<Message> {
    return this.messages.take((message) => message.type === 'event' && match(message));
  }
}

async function readBody(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
