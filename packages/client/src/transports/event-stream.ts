/**
 * Opening an event stream: by `fetch`, which can carry a header, and by `EventSource` where answers cannot be read as they
 * come.
 *
 * @module
 */
import { ClientError, errorFrom } from '../client-error.ts';
import { type SseBlock, SseReader } from './sse-reader.ts';

/** Told of what a stream does. */
export interface EventStreamListener {
  /** Bytes came. */
  alive(): void;
  block(block: SseBlock): void;
  /** It has ended or could not be opened; called once. */
  ended(error: ClientError): void;
}

export interface EventStreamRequest {
  readonly url: string;
  readonly query: URLSearchParams;
  readonly token: string | undefined;
}

/** Opens a stream. @returns ends it; the listener hears no more. */
export function openEventStream(request: EventStreamRequest, listener: EventStreamListener): () => void {
  const readable = typeof Response === 'function' && 'body' in Response.prototype;
  return !readable && typeof EventSource === 'function'
    ? byEventSource(request, listener)
    : byFetch(request, listener);
}

function byFetch({ url, query, token }: EventStreamRequest, listener: EventStreamListener): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  const read = async () => {
    const response = await fetch(`${url}/events?${query}`, {
      headers: { accept: 'text/event-stream', ...authorization(token) },
      signal,
      cache: 'no-store',
    });
    if (!response.ok || !response.body) throw await refusalOf(response);
    const reader = new SseReader((block) => {
      if (!signal.aborted) listener.block(block);
    });
    const decoder = new TextDecoder();
    const bytes = response.body.getReader();
    for (let part = await bytes.read(); !part.done; part = await bytes.read()) {
      if (signal.aborted) return;
      listener.alive();
      reader.push(decoder.decode(part.value, { stream: true }));
    }
    throw lost();
  };
  read().catch((error: unknown) => {
    if (!signal.aborted) listener.ended(error instanceof ClientError ? error : lost(error));
  });
  return () => abort.abort();
}

/** An `EventSource` tells neither comments nor why it failed, and comes back by itself, which is not its business here. */
function byEventSource({ url, query, token }: EventStreamRequest, listener: EventStreamListener): () => void {
  if (token !== undefined) query.set('token', token);
  const source = new EventSource(`${url}/events?${query}`);
  for (const event of ['message', 'welcome', 'disconnect', 'unsubscribed'])
    source.addEventListener(event, (message: Event) => {
      listener.alive();
      listener.block({ event, data: String((message as MessageEvent).data) });
    });
  source.onerror = () => {
    source.close();
    listener.ended(lost());
  };
  return () => source.close();
}

export function authorization(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/**
 * The error of an answer that is none of 2xx: a problem document, where it comes from a Tidings server. A gateway that
 * cannot reach it, or asks for patience in its place, is no more than a lost connection.
 */
export async function refusalOf(response: Response): Promise<ClientError> {
  const problem: unknown = await response.json().catch(() => undefined);
  const { code, detail, title, ...rest } = (problem ?? {}) as Record<string, unknown>;
  if (typeof code === 'string') return errorFrom({ code, message: detail ?? title ?? code, ...rest });
  const away = response.status >= 500 || response.status === 429;
  return new ClientError(
    away ? 'connection_lost' : 'connection_failed',
    `The server answered ${response.status}.`,
  );
}

function lost(cause?: unknown): ClientError {
  return new ClientError('connection_lost', 'The event stream was lost.', { cause });
}
