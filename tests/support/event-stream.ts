import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { Inbox } from './inbox.ts';
import { onTeardown } from './teardown.ts';

/** What an event of a stream says in its data. */
export interface StreamData {
  readonly type?: string;
  readonly channel?: string;
  readonly payload?: unknown;
  readonly offset?: number;
  readonly epoch?: string;
  readonly id?: string;
  readonly at?: number;
  readonly user?: string | null;
  readonly session?: string;
  readonly heartbeat?: number;
  readonly channels?: readonly {
    readonly channel: string;
    readonly position?: string;
    readonly recovered?: boolean;
    readonly error?: { readonly code: string };
  }[];
  readonly code?: number;
  readonly reason?: string;
  readonly reconnect?: boolean;
  readonly retryAfter?: number;
}

/** One block of a stream. */
export interface Block {
  /** The line `event:`; undefined when there is none. */
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: StreamData;
}

export interface StreamOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string | undefined;
}

/** A raw client of Server-Sent Events: one response, kept as it came. It never comes back by itself. */
export class EventStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly blocks = new Inbox<Block>('SSE');
  readonly comments = new Inbox<string>('SSE comments');
  readonly retries: number[] = [];
  /** The whole text so far, for an answer that is no stream. */
  text = '';
  /** Fulfilled at the end of the response, however it came. */
  readonly ended: Promise<void>;
  readonly #request: ClientRequest;

  private constructor(outgoing: ClientRequest, response: IncomingMessage) {
    this.#request = outgoing;
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    const parser = createParser({
      onEvent: (message) => this.blocks.push(block(message)),
      onComment: (comment) => this.comments.push(comment),
      onRetry: (ms) => this.retries.push(ms),
    });
    const isStream = response.headers['content-type']?.startsWith('text/event-stream');
    response.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
      if (isStream) parser.feed(chunk);
    });
    response.on('error', () => {});
    this.ended = new Promise((resolve) => {
      response.on('close', () => {
        this.blocks.end('before the end');
        resolve();
      });
    });
  }

  /** Asks for a stream and waits for the head of the answer; cut with the test. */
  static open(url: string, path: string, { headers = {}, token }: StreamOptions = {}): Promise<EventStream> {
    const { promise, resolve, reject } = Promise.withResolvers<EventStream>();
    const outgoing = request(new URL(path, url), {
      agent: false,
      headers: {
        accept: 'text/event-stream',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
    outgoing.on('response', (response) => resolve(new EventStream(outgoing, response)));
    outgoing.on('error', reject);
    outgoing.end();
    onTeardown(() => outgoing.destroy());
    return promise;
  }

  /** Stops reading, so that the server's writes back up. */
  pause(): void {
    this.#request.socket?.pause();
  }

  /** Cuts the connection. */
  close(): void {
    this.#request.destroy();
  }

  /** Takes the welcome. */
  welcome(): Promise<Block> {
    return this.blocks.take(({ event }) => event === 'welcome');
  }

  /** Takes the next event of a channel. */
  event(): Promise<Block> {
    return this.blocks.take(({ data }) => data.offset !== undefined);
  }

  /** The answer as problem details, once it is whole. */
  async problem(): Promise<unknown> {
    await this.ended;
    return JSON.parse(this.text);
  }
}

function block({ event, id, data }: EventSourceMessage): Block {
  return { event, id, data: JSON.parse(data) as StreamData };
}
