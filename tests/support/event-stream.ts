import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { Inbox } from './inbox.ts';
import { onTeardown } from './teardown.ts';

/** One block of a stream, field by field. */
export interface Block {
  /** Its `event:` line; undefined for an unnamed message. */
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly retry: string | undefined;
  /** A block of comments alone. */
  readonly comment: boolean;
  /** Its data, parsed; undefined without any. */
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

/** A stream over raw HTTP, so that a test sees every byte and stops reading when it likes. */
export class EventStream {
  readonly blocks = new Inbox<Block>('event stream');
  /** Everything that was read. */
  text = '';
  readonly response: IncomingMessage;
  readonly ended: Promise<void>;
  readonly #request: ClientRequest;
  #rest = '';

  constructor(clientRequest: ClientRequest, response: IncomingMessage) {
    this.#request = clientRequest;
    this.response = response;
    this.ended = new Promise((resolve) => response.once('close', resolve));
    response.on('error', () => {});
    response.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk));
  }

  /** The next block with data, or of this event. */
  next(event?: string): Promise<Block> {
    return this.blocks.take((block) =>
      event === undefined ? block.data !== undefined : block.event === event,
    );
  }

  /** The data of so many messages. */
  async messages(count: number): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const messages = [];
    for (let index = 0; index < count; index += 1)
      messages.push(
        (await this.blocks.take((block) => block.event === undefined && !block.comment)).data ?? {},
      );
    return messages;
  }

  /** Cuts the connection. */
  cut(): void {
    this.#request.destroy();
  }

  #read(chunk: string): void {
    this.text += chunk;
    const blocks = (this.#rest + chunk).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.blocks.push(parse(block));
  }
}

function parse(text: string): Block {
  const lines = text.split('\n');
  const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const data = field('data');
  return {
    event: field('event'),
    id: field('id'),
    retry: field('retry'),
    comment: lines.every((line) => line.startsWith(':')),
    data: data === undefined ? undefined : (JSON.parse(data) as Block['data']),
  };
}

/** Opens a stream, whatever its answer is; it is cut when the test ends. @param query of `/events`, without the question mark. */
export async function openStream(
  url: string,
  query: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventStream> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const clientRequest = request(`${url}/events?${query}`, { headers, agent: false }, resolve);
  clientRequest.on('error', reject).end();
  onTeardown(() => clientRequest.destroy());
  return new EventStream(clientRequest, await promise);
}
