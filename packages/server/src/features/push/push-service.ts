/**
 * Talks to push services: one message to one device (RFC 8030), encrypted for it alone (RFC 8291), signed by us (RFC 8292).
 *
 * The library encrypts and signs. The request is our own: an endpoint is named by a stranger, so it is called at public
 * addresses only, is not followed elsewhere, and what it answers is bounded in time and size.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import webPush from 'web-push';
import type { Clock } from '../../core/ports/clock.ts';
import { type Lookup, PrivateAddressError, publicLookup } from './public-address.ts';
import { readRetryAfter } from './retry-after.ts';
import { endpointFault, type Subscription } from './subscription.ts';

/** Who we say we are to push services (RFC 8292). */
export interface VapidKeys {
  /** `mailto:` or `https:`, for the push service to reach the operator. */
  readonly subject: string;
  /** base64url. */
  readonly publicKey: string;
  /** base64url. */
  readonly privateKey: string;
}

/** How soon a device is to be woken (RFC 8030, 5.3). */
export type Urgency = 'very-low' | 'low' | 'normal' | 'high';

/** One message. */
export interface PushMessage {
  readonly payload: string;
  /** How long the push service keeps it for a device that is off, seconds. */
  readonly ttl: number;
  readonly urgency: Urgency;
  /** A later message of the same topic takes the place of one that is not delivered yet. At most 32 of base64url. */
  readonly topic?: string | undefined;
}

/** What a push service said. */
export type PushAnswer =
  | { readonly kind: 'taken' }
  /** There is no such subscription any more. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'too-large' }
  /** Not now. `after` in milliseconds, when it was said. */
  | { readonly kind: 'later'; readonly after?: number | undefined; readonly detail: string }
  /** Never. */
  | { readonly kind: 'refused'; readonly detail: string };

export interface PushServiceOptions {
  readonly vapid: VapidKeys;
  readonly clock: Clock;
  /** Origins whose endpoints may have private addresses. */
  readonly trusted: ReadonlySet<string>;
  /** How long one request may take, milliseconds. @default 10000 */
  readonly timeout?: number | undefined;
  /** @default that of the system */
  readonly lookup?: Lookup | undefined;
}

const DEFAULT_TIMEOUT = 10_000;

/** Connections to one push service at once. */
const CONNECTIONS = 50;

/** What is read of an answer, bytes; beyond it the connection is given up. */
const MOST_ANSWER = 16_384;

/** What is kept of an answer for the operator to read, characters. */
const SHOWN_ANSWER = 200;

/** How long a signature is used again; the library makes them valid for 12 hours. Milliseconds. */
const SIGNATURE_AGE = 3_600_000;

/** Push services whose signatures are kept. */
const SIGNATURES = 100;

const ENCODING = 'aes128gcm';

export class PushService {
  readonly #options: PushServiceOptions;
  readonly #guarded: Agent;
  readonly #free: Agent;
  readonly #signatures = new Map<string, { readonly header: string; readonly until: number }>();

  constructor(options: PushServiceOptions) {
    this.#options = options;
    const agent = { keepAlive: true, maxSockets: CONNECTIONS };
    this.#guarded = new Agent({ ...agent, lookup: publicLookup(options.lookup) });
    this.#free = new Agent(agent);
  }

  /** Ends what is under way. */
  close(): void {
    this.#guarded.destroy();
    this.#free.destroy();
  }

  /** Sends one message; never rejects for what a device or its push service did. */
  async send({ endpoint, keys }: Subscription, message: PushMessage): Promise<PushAnswer> {
    const { trusted } = this.#options;
    // Checked before it was stored; the configuration may have changed since.
    const fault = endpointFault(endpoint, trusted);
    if (fault) return { kind: 'refused', detail: `the endpoint ${fault}` };
    const url = new URL(endpoint);
    const { cipherText } = webPush.encrypt(keys.p256dh, keys.auth, message.payload, ENCODING);
    const headers = {
      ttl: message.ttl,
      urgency: message.urgency,
      ...(message.topic === undefined ? {} : { topic: message.topic }),
      authorization: this.#signatureFor(url.origin),
      'content-type': 'application/octet-stream',
      'content-encoding': ENCODING,
      'content-length': cipherText.length,
    };
    try {
      const agent = trusted.has(url.origin) ? this.#free : this.#guarded;
      const { response, text } = await this.#post(url, { agent, headers }, cipherText);
      return this.#answerOf(response, text);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return { kind: error instanceof PrivateAddressError ? 'refused' : 'later', detail };
    }
  }

  #post(
    url: URL,
    options: { readonly agent: Agent; readonly headers: Readonly<Record<string, string | number>> },
    body: Buffer,
  ): Promise<{ readonly response: IncomingMessage; readonly text: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{
      readonly response: IncomingMessage;
      readonly text: string;
    }>();
    const { clock, timeout = DEFAULT_TIMEOUT } = this.#options;
    const call = request(url, { method: 'POST', ...options });
    const timer = clock.after(timeout, () => call.destroy(new Error('no answer in time')));
    call.on('error', reject);
    call.on('response', (response) => {
      let text = '';
      let bytes = 0;
      const done = () => resolve({ response, text });
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (text.length < SHOWN_ANSWER) text += chunk.toString();
        if (bytes > MOST_ANSWER) call.destroy();
      });
      response.on('end', done);
      // What was said before it was cut has been said.
      response.on('error', done);
      response.on('close', done);
    });
    call.end(body);
    return promise.finally(() => timer.cancel());
  }

  #answerOf({ statusCode: status = 0, headers }: IncomingMessage, text: string): PushAnswer {
    const detail = `${status} ${text.slice(0, SHOWN_ANSWER).replaceAll(/\s+/g, ' ')}`.trim();
    if (status >= 200 && status < 300) return { kind: 'taken' };
    if (status === 404 || status === 410) return { kind: 'gone' };
    if (status === 413) return { kind: 'too-large' };
    if (status === 429 || status >= 500)
      return {
        kind: 'later',
        after: readRetryAfter(headers['retry-after'], this.#options.clock.now()),
        detail,
      };
    return { kind: 'refused', detail };
  }

  /** Signing takes as long as encrypting, and says the same to all devices of a push service. */
  #signatureFor(origin: string): string {
    const now = this.#options.clock.now();
    const known = this.#signatures.get(origin);
    if (known && now < known.until) return known.header;
    const { subject, publicKey, privateKey } = this.#options.vapid;
    const { Authorization: header } = webPush.getVapidHeaders(
      origin,
      subject,
      publicKey,
      privateKey,
      ENCODING,
    );
    if (this.#signatures.size >= SIGNATURES) this.#signatures.clear();
    this.#signatures.set(origin, { header, until: now + SIGNATURE_AGE });
    return header;
  }
}
