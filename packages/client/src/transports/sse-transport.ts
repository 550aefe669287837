/**
 * Events by SSE and commands by HTTP, for where WebSocket is blocked.
 *
 * A stream follows a fixed set of channels, so it is opened anew for another set, each channel from where it was left.
 *
 * @module
 */
import { formatPosition, type Position, parsePosition } from '@tidings/protocol';
import { ClientError } from '../client-error.ts';
import { mayPass } from '../may-pass.ts';
import type { Outgoing } from '../outgoing.ts';
import {
  type ChannelAnswer,
  type ClientMessage,
  DEFAULT_HEARTBEAT,
  PROTOCOL,
  parseObject,
  positiveOr,
  readChannel,
  readDisconnect,
  readEvent,
  type WelcomeMessage,
} from '../wire.ts';
import { authorization, openEventStream, refusalOf } from './event-stream.ts';
import type { SseBlock } from './sse-reader.ts';
import { tokenEnd, tokenUser } from './token-claims.ts';
import type { OpenTransport, Transport, TransportEnd, TransportParts } from './transport.ts';

/** What is followed: from where, and the newest so many when from nowhere. */
interface Place {
  since: string | undefined;
  readonly last: number | undefined;
  /** What is at or before this place was not asked for: a stream has one `last` for all its channels. */
  before?: Position | undefined;
}

/** A stream says something at least every heartbeat; a slow line is given this much more. */
const HEARTBEAT_SLACK = 1.5;

/** A command that is not answered for so long has taken its way with it, milliseconds; more than a request is waited for. */
const ANSWER_PATIENCE = 35_000;

/** Messages whose answers may come in any order. */
const READING: ReadonlySet<string> = new Set(['history', 'presence', 'ping']);

/** Opens the way by SSE and HTTP. */
export const openSse: OpenTransport = (parts): Transport => new SseTransport(parts);

class SseTransport implements Transport {
  readonly kind = 'sse';
  readonly #parts: TransportParts;
  readonly #places = new Map<string, Place>();
  /** Subscribe messages that wait for the stream's welcome: the id of the answer, and the channels asked for. */
  #asked: { readonly id: number; readonly channels: readonly string[] }[] = [];
  readonly #abort = new AbortController();
  #token: string | undefined;
  #endStream = () => {};
  /** The channels have changed, and the stream is opened anew at the end of the tick. */
  #reopening = false;
  /** Commands go one after the other, so that they take effect in order. */
  #line: Promise<void> = Promise.resolve();
  #ended = false;
  #notice: TransportEnd | undefined;

  constructor(parts: TransportParts) {
    this.#parts = parts;
    this.#token = parts.token;
    void this.#hello();
  }

  send(messages: readonly Outgoing[]): void {
    for (const { id, message } of messages) {
      if (message.type === 'subscribe') this.#subscribe(id, message);
      else if (message.type === 'unsubscribe') this.#unsubscribe(id, message);
      else if (message.type === 'authenticate') this.#authenticate(id, message);
      else if (message.type === 'ping' && this.#places.size > 0) this.#reopen();
      else if (READING.has(message.type)) void this.#post(id, message);
      else this.#line = this.#line.then(() => this.#post(id, message));
    }
  }

  close(): void {
    this.#ended = true;
    this.#abort.abort();
    this.#endStream();
  }

  /** Finds the server, before there is anything to follow. */
  async #hello(): Promise<void> {
    try {
      await this.#call({ type: 'ping' });
    } catch (error) {
      this.#end(error as ClientError);
      return;
    }
    // What waits for its user need not wait for a stream, which there may never be.
    this.#welcome({ user: tokenUser(this.#token), session: undefined, heartbeat: DEFAULT_HEARTBEAT });
  }

  #welcome(said: Pick<WelcomeMessage, 'user' | 'session' | 'heartbeat'>): void {
    if (this.#ended) return;
    const expiresAt = this.#expiresAt();
    this.#parts.listener.alive();
    this.#parts.listener.message({
      type: 'welcome',
      welcome: { ...said, protocol: PROTOCOL, expiresAt, at: undefined, maxMessage: 0 },
    });
  }

  /** When the token ends; of one that the server takes after its end the device's clock can say nothing. */
  #expiresAt(): number | undefined {
    const end = tokenEnd(this.#token);
    return end !== undefined && end > this.#parts.clock.wall() ? end : undefined;
  }

  // Following

  #subscribe(id: number, message: ClientMessage): void {
    const targets = message.channels as readonly { channel: string; since?: string; last?: number }[];
    for (const { channel, since, last } of targets) this.#places.set(channel, { since, last });
    this.#asked.push({ id, channels: targets.map(({ channel }) => channel) });
    this.#reopen();
  }

  #unsubscribe(id: number, message: ClientMessage): void {
    const channels = message.channels as readonly string[];
    for (const channel of channels) this.#places.delete(channel);
    this.#reply(id, { channels });
    this.#reopen();
  }

  #authenticate(id: number, message: ClientMessage): void {
    this.#token = message.token as string;
    this.#reply(id, { user: tokenUser(this.#token), expiresAt: this.#expiresAt() });
    this.#reopen();
  }

  #reopen(): void {
    if (this.#reopening) return;
    this.#reopening = true;
    queueMicrotask(() => {
      this.#reopening = false;
      this.#open();
    });
  }

  #open(): void {
    this.#endStream();
    this.#endStream = () => {};
    if (this.#ended || this.#places.size === 0) return;
    const { url, listener } = this.#parts;
    const places = [...this.#places];
    const query = new URLSearchParams({ channels: places.map(([channel]) => channel).join(',') });
    if (places.some(([, { since }]) => since !== undefined))
      query.set('since', places.map(([, { since = '' }]) => since).join(','));
    const last = Math.max(0, ...places.map(([, place]) => place.last ?? 0));
    if (last > 0) query.set('last', String(last));
    this.#endStream = openEventStream(
      { url, query, token: this.#token },
      {
        alive: () => listener.alive(),
        block: (block) => this.#block(block),
        ended: (error) => this.#streamEnded(error),
      },
    );
  }

  #block({ event, data }: SseBlock): void {
    try {
      const fields = parseObject(data);
      if (event === 'welcome') this.#followed(fields);
      else if (event === 'unsubscribed') {
        this.#places.delete(String(fields.channel));
        this.#parts.listener.message({
          type: 'unsubscribed',
          channel: String(fields.channel),
          error: fields.error,
        });
      } else if (event === 'disconnect') this.#leave(fields);
      else this.#hear(fields);
    } catch (error) {
      this.#parts.listener.fault(error as ClientError);
    }
  }

  #hear(fields: Readonly<Record<string, unknown>>): void {
    const { listener } = this.#parts;
    const { type: name, payload, ...rest } = fields;
    if (fields.channel === undefined) {
      listener.message({ type: 'direct', event: String(name), data: payload });
      return;
    }
    const event = readEvent({ ...rest, type: 'event', event: name, data: payload });
    const place = this.#places.get(event.channel);
    if (place?.before?.epoch === event.epoch && event.offset <= place.before.offset) return;
    if (place) place.since = formatPosition(event);
    listener.message({ type: 'event', event });
  }

  /** The stream says where its channels stand. */
  #followed(fields: Readonly<Record<string, unknown>>): void {
    const answers = (Array.isArray(fields.channels) ? fields.channels : []).map(readChannel);
    const told = answers.map((answer) => this.#placed(answer));
    const { listener } = this.#parts;
    const asked = this.#asked;
    this.#asked = [];
    for (const { id, channels } of asked) {
      const own = told.filter(({ channel }) => channels.includes(channel));
      listener.message({ type: 'reply', id, ok: true, data: undefined, error: undefined, channels: own });
    }
    const mine = new Set(asked.flatMap(({ channels }) => channels));
    const others = told.filter(
      ({ channel, error, recovered }) => !mine.has(channel) && (error || recovered !== true),
    );
    if (others.length > 0)
      listener.message({
        type: 'reply',
        id: undefined,
        ok: true,
        data: undefined,
        error: undefined,
        channels: others,
      });
    const heartbeat = positiveOr(fields.heartbeat, DEFAULT_HEARTBEAT) * HEARTBEAT_SLACK;
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    this.#welcome({ user: text(fields.user), session: text(fields.session), heartbeat });
  }

  /** What was missed follows as events, so a channel that recovered still stands where it was left. */
  #placed(answer: ChannelAnswer): ChannelAnswer {
    const { position, ...unplaced } = answer;
    const place = this.#places.get(answer.channel);
    if (answer.error !== undefined) this.#places.delete(answer.channel);
    if (answer.error !== undefined || !place || answer.recovered === true) return answer;
    const head = place.since === undefined && position !== undefined ? parsePosition(position) : undefined;
    place.since = position;
    if (!head) return answer;
    const { last = 0 } = place;
    place.before = { ...head, offset: head.offset - last };
    // The newest events follow, so it stands before the first of them, wherever that is.
    return last > 0 && head.offset > 0 ? unplaced : answer;
  }

  #streamEnded(error: ClientError): void {
    if (this.#notice) this.#finish(this.#notice);
    else if (isOfChannels(error)) this.#refuseChannels(error);
    else this.#end(error);
  }

  /** None of the channels can be followed: those asked for last are refused, the others go on if they still can. */
  #refuseChannels(error: ClientError): void {
    const { code, message } = error;
    const asked = this.#asked;
    this.#asked = [];
    if (asked.length === 0) {
      const channels = [...this.#places.keys()];
      this.#places.clear();
      for (const channel of channels) this.#parts.listener.message({ type: 'unsubscribed', channel, error });
    }
    for (const { id, channels } of asked) {
      for (const channel of channels) this.#places.delete(channel);
      this.#refuse(id, { code, message });
    }
    this.#reopen();
  }

  #leave(fields: Readonly<Record<string, unknown>>): void {
    const notice = readDisconnect(fields);
    if (notice.type !== 'disconnect') return;
    const { reason, reconnect, retryAfter } = notice;
    const code = reason as ClientError['code'];
    const error = new ClientError(code, `The server ended the session: ${reason}.`, { retryAfter });
    this.#notice = { error, reconnect, retryAfter };
  }

  // Commands

  async #post(id: number, message: ClientMessage): Promise<void> {
    if (this.#ended) return;
    // The next in line does not wait for ever behind a half-open connection.
    const timer = this.#parts.clock.after(ANSWER_PATIENCE, () =>
      this.#end(new ClientError('connection_lost', 'The server gives no answer.')),
    );
    try {
      const data = await this.#call(message);
      if (message.type === 'ping') this.#parts.listener.alive();
      this.#reply(id, data);
    } catch (cause) {
      const error = cause as ClientError;
      const { code, message: text, retryAfter, details } = error;
      if (code === 'token_expired' || code === 'connection_lost') this.#end(error);
      else this.#refuse(id, { code, message: text, retryAfter, details });
    } finally {
      timer.cancel();
    }
  }

  /** @throws ClientError */
  async #call({ type, ...fields }: ClientMessage): Promise<unknown> {
    const { name, data, key } = type === 'command' ? fields : { name: type, data: fields, key: undefined };
    let response: Response;
    try {
      response = await fetch(`${this.#parts.url}/api/v1/commands/${encodeURIComponent(String(name))}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key === undefined ? {} : { 'idempotency-key': String(key) }),
          ...authorization(this.#token),
        },
        body: JSON.stringify(data),
        signal: this.#abort.signal,
      });
      // Half an answer is none, and a page that stands in for the server's is none either.
      if (response.ok) return await response.json();
    } catch (cause) {
      throw new ClientError('connection_lost', 'The server cannot be reached.', { cause });
    }
    throw await refusalOf(response);
  }

  #reply(id: number, data: unknown): void {
    this.#parts.listener.message({
      type: 'reply',
      id,
      ok: true,
      data,
      error: undefined,
      channels: undefined,
    });
  }

  #refuse(id: number, error: unknown): void {
    this.#parts.listener.message({
      type: 'reply',
      id,
      ok: false,
      data: undefined,
      error,
      channels: undefined,
    });
  }

  // The end

  #end(error: ClientError): void {
    const passes = mayPass(error.code) || TRANSIENT.has(error.code);
    this.#finish({ error, reconnect: passes, retryAfter: error.retryAfter });
  }

  #finish(end: TransportEnd): void {
    if (this.#ended) return;
    this.close();
    this.#parts.listener.closed(end);
  }
}

/** Ends after which a client comes back, beside what may pass by itself. */
const TRANSIENT: ReadonlySet<string> = new Set(['connection_lost', 'connection_failed', 'token_expired']);

/** Whether a refusal is about the channels asked for, and not about the session. */
function isOfChannels({ code }: ClientError): boolean {
  return [
    'forbidden',
    'bad_channel',
    'unknown_namespace',
    'too_many_channels',
    'no_presence',
    'no_typing',
  ].includes(code);
}
