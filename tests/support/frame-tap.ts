import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { RawMessage } from './start-rooms.ts';
import { onTeardown } from './teardown.ts';

/** A network that a test can read: it passes the text messages of WebSockets on to a server, and loses some. */
export class FrameTap {
  /** What clients have sent. */
  readonly sent: RawMessage[] = [];
  /** What the server has sent, also what was lost. */
  readonly received: RawMessage[] = [];
  /** The addresses that clients asked for. */
  readonly paths: string[] = [];
  /** Which messages of the server do not arrive. */
  loses: (message: RawMessage) => boolean = () => false;
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer, target: string) {
    this.#server = server;
    server.on('connection', (client, { url = '', headers }) => {
      this.paths.push(url);
      const { authorization } = headers;
      const upstream = new WebSocket(target.replace(/^http/, 'ws') + url, { headers: { authorization } });
      const waiting: string[] = [];
      client.on('message', (data: RawData) => {
        const text = data.toString();
        this.sent.push(JSON.parse(text));
        if (upstream.readyState === WebSocket.OPEN) upstream.send(text);
        else waiting.push(text);
      });
      upstream.on('open', () => {
        for (const text of waiting) upstream.send(text);
      });
      upstream.on('message', (data: RawData) => {
        const message: RawMessage = JSON.parse(data.toString());
        this.received.push(message);
        const { messages } = message;
        if (messages) {
          const kept = messages.filter((one) => !this.loses(one));
          if (kept.length > 0) client.send(JSON.stringify({ ...message, messages: kept }));
        } else if (!this.loses(message)) client.send(data.toString());
      });
      upstream.on('error', () => client.terminate());
      upstream.on('close', () => client.terminate());
      client.on('close', () => upstream.terminate());
    });
  }

  /** Starts one before the server at `target`; it goes with the test. */
  static async start(target: string): Promise<FrameTap> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    onTeardown(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    return new FrameTap(server, target);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
}
