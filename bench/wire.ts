/**
 * What the load generator has to say to a server, as templates of bytes.
 *
 * @module
 */

/** Place of the channel's number in a template, six decimal digits. */
export const CHANNEL = 'CCCCCC';
/** Place of the subscriber's number in a template, six decimal digits. */
export const SUBSCRIBER = 'SSSSSS';

/** What every event carries, 128 bytes of JSON: the time of sending, the number of the message, and what an app would send. */
export const PAYLOAD = pad(128);

function pad(length: number): string {
  const text = (filler: string) =>
    `{"t":"TTTTTTTTTTTTTTTT","n":"NNNNNNNN","product":"product-4711","new_price":"90.00 EUR","text":"${filler}"}`;
  return text('x'.repeat(length - text('').length));
}

/** One exchange of a handshake: what is sent, and what has to come before the next one. */
export interface Step {
  readonly send: string | Buffer;
  /** Empty when nothing is waited for. */
  readonly expect: string | Buffer;
}

/** How messages follow one another on a connection. */
export type Framing = 'ws' | 'sse' | 'http';

/** How a server is spoken to. */
export interface Wire {
  readonly framing: { readonly subscriber: Framing; readonly publisher: Framing };
  readonly subscriber: readonly Step[];
  readonly publisher: readonly Step[];
  /** What a publisher sends for one message. */
  readonly message: string | Buffer;
  /** What an answer must contain, where each message is answered. @default '' */
  readonly success?: string;
}

export interface UpgradeOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

const END_OF_HEAD = '\r\n\r\n';

/** The WebSocket handshake. */
export function upgrade(path: string, { headers = {} }: UpgradeOptions = {}): Step {
  return {
    send: requestHead('GET', path, {
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    }),
    expect: END_OF_HEAD,
  };
}

/** The request for an event stream. */
export function eventStream(
  path: string,
  expect: string = END_OF_HEAD,
  headers: Readonly<Record<string, string>> = {},
): Step {
  return { send: requestHead('GET', path, { Accept: 'text/event-stream', ...headers }), expect };
}

/** An HTTP POST; the body's places do not change its length. */
export function post(path: string, body: string, headers: Readonly<Record<string, string>> = {}): string {
  return (
    requestHead('POST', path, {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
      ...headers,
    }) + body
  );
}

function requestHead(method: string, path: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ Host: '127.0.0.1', ...headers }).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${path} HTTP/1.1`, ...lines].join('\r\n') + END_OF_HEAD;
}

/** A client's frame, masked with zeros so that its places stay readable. */
export function frame(content: string | Buffer, opcode: 'text' | 'binary' = 'text'): Buffer {
  const payload = Buffer.from(content as string);
  const first = opcode === 'text' ? 0x81 : 0x82;
  const head =
    payload.length < 126
      ? [first, 0x80 | payload.length]
      : payload.length < 65_536
        ? [first, 0x80 | 126, payload.length >> 8, payload.length & 255]
        : [
            first,
            0x80 | 127,
            0,
            0,
            0,
            0,
            payload.length >>> 24,
            (payload.length >> 16) & 255,
            (payload.length >> 8) & 255,
            payload.length & 255,
          ];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}
