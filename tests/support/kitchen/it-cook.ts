import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { Inbox } from '../inbox.ts';
import { onTeardown } from '../teardown.ts';

const SNIPPET = join(import.meta.dirname, 'it-cook-websocket.ts.txt');

/** The address that the document's client has in it. */
const ADDRESS = 'ws://localhost:3000';

/** The document's `ITCookWebSocket`, as far as a test calls it. */
interface ITCookWebSocket {
  subscribe(channels: readonly string[]): void;
  startTyping(post: string): void;
  stopTyping(post: string): void;
  disconnect(): void;
}

/** The document's client, running. */
export interface RunningITCook {
  readonly client: ITCookWebSocket;
  /** Lines it has logged. */
  readonly logged: Inbox<string>;
  /** What it has sent, as text. */
  readonly sent: Inbox<string>;
  /** What it has received. */
  readonly received: Inbox<{ readonly type: string; readonly data: Readonly<Record<string, unknown>> }>;
  /** The connection it has now. */
  socket(): WebSocket;
}

/** Runs the document's class and its lines of use as they are written, with `ws` as the global `WebSocket`. */
export function runITCook(url: string, userToken: string): RunningITCook {
  const logged = new Inbox<string>('the log of ITCookWebSocket');
  const sent = new Inbox<string>('what ITCookWebSocket sent');
  const received: RunningITCook['received'] = new Inbox('what ITCookWebSocket received');
  let socket: WebSocket | undefined;
  class Redirected extends WebSocket {
    constructor(address: string, protocols: string[], options: object) {
      super(address.replace(ADDRESS, url.replace(/^http/, 'ws')), protocols, options);
      socket = this;
      onTeardown(() => this.terminate());
      this.on('message', (data) => received.push(JSON.parse(data.toString())));
    }
    override send(data: string): void {
      sent.push(data);
      super.send(data);
    }
  }
  const log = (...parts: readonly unknown[]) => logged.push(parts.map(text).join(' '));
  const code = stripTypeScriptTypes(readFileSync(SNIPPET, 'utf8'));
  const run = new Function(
    'WebSocket',
    'window',
    'userToken',
    'console',
    'setTimeout',
    `${code}\nreturn wsClient;`,
  );
  // It comes back at once and not after five seconds, and no more once the test has ended.
  let over = false;
  onTeardown(() => {
    over = true;
  });
  const soon = (callback: () => void) => void (over || setImmediate(callback));
  const client = run(Redirected, {}, userToken, { log, error: log }, soon) as ITCookWebSocket;
  return { client, logged, sent, received, socket: () => socket as WebSocket };
}

function text(part: unknown): string {
  return typeof part === 'string' ? part : JSON.stringify(part);
}
