import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Inbox } from '../inbox.ts';
import { onTeardown } from '../teardown.ts';

/** What the endpoint was asked. */
export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly model: string;
    readonly stream: boolean;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
  };
  readonly response: ServerResponse;
  /** Whether whoever asked has gone. */
  readonly gone: Promise<unknown>;
}

/** An endpoint that speaks the chat completions of OpenAI, by HTTP. */
export interface ChatEndpoint {
  /** For `KITCHEN_AI_URL`. */
  readonly url: string;
  readonly asked: Inbox<Asked>;
}

/** Starts it; it answers what the test says, or else waits for the test to take what it was asked. */
export async function startChatEndpoint(answer?: (asked: Asked) => void): Promise<ChatEndpoint> {
  const asked = new Inbox<Asked>('the chat endpoint');
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url: path = '', headers } = request;
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked['body'];
      const question = { path, headers, body, response, gone: once(response, 'close') };
      asked.push(question);
      answer?.(question);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTeardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`, asked };
}

/** Answers with a text as a stream of tokens, up to its end. */
export function stream({ response }: Asked, text: string, size = 7): void {
  begin({ response });
  for (let at = 0; at < text.length; at += size) token({ response }, text.slice(at, at + size));
  end({ response });
}

/** Begins a stream. */
export function begin({ response }: Pick<Asked, 'response'>): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(': hello\n\n');
}

/** Sends a token of a stream. */
export function token({ response }: Pick<Asked, 'response'>, content: string): void {
  response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`);
}

/** Ends a stream. */
export function end({ response }: Pick<Asked, 'response'>): void {
  response.end('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
}

/** Answers with a status and a body. */
export function reply({ response }: Asked, status: number, body: string, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}
