/**
 * Raw clients of Engine.IO 4 and Socket.IO 5: text packets over a WebSocket, and over polling. They send what they are
 * told and decide nothing but to answer pings.
 *
 * @module
 */
import { WebSocket } from 'ws';
import { Inbox } from './inbox.ts';
import { onTeardown } from './teardown.ts';

/** Engine.IO packets: the first character of each. */
const OPEN = '0';
const PING = '2';
const PONG = '3';
const MESSAGE = '4';

/** Socket.IO packets, inside a message. */
const CONNECT = '0';
const EVENT = '2';
const ACK = '3';
const CONNECT_ERROR = '4';

const SEPARATOR = '\x1e';

/** The handshake of Engine.IO. */
export interface Opened {
  readonly sid: string;
  readonly upgrades: readonly string[];
  readonly pingInterval: number;
  readonly pingTimeout: number;
  readonly maxPayload: number;
}

/** A Socket.IO packet of the server. */
export type Incoming =
  | { readonly type: 'connect'; readonly data: Readonly<Record<string, unknown>> }
  | { readonly type: 'connect_error'; readonly data: Readonly<Record<string, unknown>> }
  | { readonly type: 'event'; readonly name: string; readonly arguments: readonly unknown[] }
  | { readonly type: 'ack'; readonly id: number; readonly arguments: readonly unknown[] }
  | { readonly type: 'other'; readonly text: string };

function read(text: string): Incoming {
  const [, type, namespace = '', id = '', payload = ''] = /^(\d)(\/[^,]*,)?(\d*)(.*)$/s.exec(text) ?? [];
  if (namespace !== '' && type !== CONNECT_ERROR) return { type: 'other', text };
  const data: unknown = payload === '' ? {} : JSON.parse(payload);
  switch (type) {
    case CONNECT:
      return { type: 'connect', data: data as Readonly<Record<string, unknown>> };
    case CONNECT_ERROR:
      return { type: 'connect_error', data: data as Readonly<Record<string, unknown>> };
    case EVENT: {
      const [name, ...rest] = data as readonly unknown[];
      return { type: 'event', name: String(name), arguments: rest };
    }
    case ACK:
      return { type: 'ack', id: Number(id), arguments: data as readonly unknown[] };
    default:
      return { type: 'other', text };
  }
}

/** What both transports have in common. */
abstract class EngineClient {
  readonly opened = new Inbox<Opened>('the open packet');
  readonly packets = new Inbox<Incoming>('Socket.IO');
  /** Heartbeats of the server. */
  readonly pings = new Inbox<string>('pings');
  /** Answer heartbeats. @default true */
  answering = true;
  #nextAck = 1;

  /** Sends Engine.IO packets as they are. */
  abstract raw(...packets: readonly string[]): void | Promise<void>;

  /** Joins the namespace and takes the answer. */
  async join(auth: unknown = {}): Promise<Incoming> {
    await this.raw(`${MESSAGE}${CONNECT}${JSON.stringify(auth)}`);
    return this.packets.take(({ type }) => type === 'connect' || type === 'connect_error');
  }

  /** Joins, and takes the event `connected`. */
  async connected(auth: unknown = {}): Promise<this> {
    await this.join(auth);
    await this.event('connected');
    return this;
  }

  /** Emits an event without asking for an acknowledgement. */
  async emit(name: string, ...parameters: readonly unknown[]): Promise<void> {
    await this.raw(`${MESSAGE}${EVENT}${JSON.stringify([name, ...parameters])}`);
  }

  /** Emits an event and takes the acknowledgement's argument. */
  async ask(name: string, ...parameters: readonly unknown[]): Promise<Readonly<Record<string, unknown>>> {
    const id = this.#nextAck;
    this.#nextAck += 1;
    await this.raw(`${MESSAGE}${EVENT}${id}${JSON.stringify([name, ...parameters])}`);
    const ack = await this.packets.take((packet) => packet.type === 'ack' && packet.id === id);
    return (ack as { arguments: readonly unknown[] }).arguments[0] as Readonly<Record<string, unknown>>;
  }

  /** Takes the next event of a name. @returns its arguments. */
  async event(name: string): Promise<readonly unknown[]> {
    const event = await this.packets.take((packet) => packet.type === 'event' && packet.name === name);
    return (event as { arguments: readonly unknown[] }).arguments;
  }

  protected hear(packet: string): void {
    const rest = packet.slice(1);
    switch (packet[0]) {
      case OPEN:
        this.opened.push(JSON.parse(rest) as Opened);
        break;
      case PING:
        this.pings.push(rest);
        if (this.answering) void this.raw(`${PONG}${rest}`);
        break;
      case MESSAGE:
        this.packets.push(read(rest));
        break;
      default:
        this.packets.push({ type: 'other', text: packet });
    }
  }
}

export interface EngineOptions {
  /** Further parameters of the address, such as `token`. */
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Engine.IO over a WebSocket. */
export class EngineSocket extends EngineClient {
  readonly ws: WebSocket;
  /** The close code. */
  readonly closed: Promise<number>;

  private constructor(ws: WebSocket) {
    super();
    this.ws = ws;
    ws.on('message', (data, isBinary) => {
      if (!isBinary) this.hear(data.toString());
    });
    ws.on('error', () => {});
    this.closed = new Promise((resolve) => {
      ws.on('close', (code) => {
        this.packets.end(`before the close (${code})`);
        this.opened.end(`before the close (${code})`);
        resolve(code);
      });
    });
  }

  /** Connects and waits for the handshake; cut with the test. */
  static async connect(url: string, { query = {}, headers = {} }: EngineOptions = {}): Promise<EngineSocket> {
    const address = new URL('/socket.io/', url.replace(/^http/, 'ws'));
    address.search = new URLSearchParams({ EIO: '4', transport: 'websocket', ...query }).toString();
    const client = new EngineSocket(new WebSocket(address, { headers: { ...headers } }));
    onTeardown(() => client.ws.terminate());
    await client.opened.take();
    return client;
  }

  raw(...packets: readonly string[]): void {
    for (const packet of packets) this.ws.send(packet);
  }
}

/** Engine.IO over polling: one GET after the other, a POST for each thing that is sent. */
export class EnginePolling extends EngineClient {
  readonly #address: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #abort = new AbortController();
  sid = '';
  /** The status of the last poll; 200 while the session lives. */
  status = 200;

  private constructor(address: URL, headers: Readonly<Record<string, string>>) {
    super();
    this.#address = address;
    this.#headers = headers;
  }

  /** Opens a session and begins to poll; given up with the test. */
  static async connect(
    url: string,
    { query = {}, headers = {} }: EngineOptions = {},
  ): Promise<EnginePolling> {
    const address = new URL('/socket.io/', url);
    address.search = new URLSearchParams({ EIO: '4', transport: 'polling', ...query }).toString();
    const client = new EnginePolling(address, headers);
    onTeardown(() => client.#abort.abort());
    await client.#poll();
    client.sid = (await client.opened.take()).sid;
    address.searchParams.set('sid', client.sid);
    void client.#pollAll();
    return client;
  }

  async raw(...packets: readonly string[]): Promise<void> {
    await this.post(packets.join(SEPARATOR));
  }

  /** Sends a body as it is. @returns the status and the text of the answer. */
  async post(body: string): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(this.#address, {
      method: 'POST',
      headers: { 'content-type': 'text/plain;charset=UTF-8', ...this.#headers },
      body,
    });
    return { status: response.status, text: await response.text() };
  }

  async #poll(): Promise<void> {
    const response = await fetch(this.#address, { headers: this.#headers, signal: this.#abort.signal });
    this.status = response.status;
    const text = await response.text();
    if (response.status === 200) for (const packet of text.split(SEPARATOR)) this.hear(packet);
  }

  async #pollAll(): Promise<void> {
    while (this.status === 200 && !this.#abort.signal.aborted) await this.#poll().catch(() => {});
    this.packets.end(`before polling ended with ${this.status}`);
  }
}
