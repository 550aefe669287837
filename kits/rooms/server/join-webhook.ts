/**
 * Asks the app whether somebody may join a room, by a signed request (https://www.standardwebhooks.com).
 *
 * What cannot be asked is not allowed: when the app does not answer, joining is refused with `unavailable` and may be tried
 * again later.
 *
 * @module
 */
import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { TidingsError } from '@tidings/server/kit';
import { type Settings, signingKey } from './options.ts';
import type { Server } from './tables.ts';

/** Who wants to join what. */
export interface JoinQuestion {
  readonly user: string;
  readonly name: string;
  readonly roomId: string;
  /** The room is there. */
  readonly exists: boolean;
  readonly private: boolean;
  /** The user has an invitation of a member. */
  readonly invited: boolean;
}

export interface JoinAnswer {
  readonly allow: boolean;
  /** Told to the user. */
  readonly reason?: string | undefined;
}

/** Before the second attempt, doubled each time, milliseconds. */
const FIRST_PAUSE = 100;

/** When a client that was refused because the app is away may come back, milliseconds. */
const COME_BACK = 5000;

/** Answers kept at once. */
const MAX_CACHED = 10_000;

/** Characters of an answer; more is no answer. */
const MAX_ANSWER = 16_384;
const MAX_REASON = 200;

const SECOND = 1000;

interface Cached {
  readonly answer: Promise<JoinAnswer>;
  until: number;
}

export class JoinWebhook {
  readonly #tidings: Server;
  readonly #options: NonNullable<Settings['joinWebhook']>;
  readonly #key: Buffer;
  readonly #cached = new Map<string, Cached>();

  constructor(tidings: Server, options: NonNullable<Settings['joinWebhook']>) {
    this.#tidings = tidings;
    this.#options = options;
    this.#key = signingKey(options.secret);
  }

  /** Asks, once for all who ask the same at the same time or shortly after. @throws TidingsError `unavailable` */
  ask(question: JoinQuestion): Promise<JoinAnswer> {
    const id = JSON.stringify(question);
    const now = this.#tidings.clock.now();
    const known = this.#cached.get(id);
    if (known && known.until > now) return known.answer;
    if (this.#cached.size >= MAX_CACHED) this.#cached.clear();
    // Of what is under way there is no second request, however long it takes.
    const entry: Cached = { answer: this.#ask(question), until: Number.POSITIVE_INFINITY };
    this.#cached.set(id, entry);
    entry.answer.then(
      () => {
        entry.until = this.#tidings.clock.now() + this.#options.cache;
      },
      () => this.#cached.delete(id),
    );
    return entry.answer;
  }

  async #ask(question: JoinQuestion): Promise<JoinAnswer> {
    const { attempts } = this.#options;
    // The same of every attempt, so that the app can tell a repeat.
    const id = `msg_${randomUUID()}`;
    let failure: unknown;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (attempt > 0) await delay(FIRST_PAUSE * 2 ** (attempt - 1));
      try {
        return await this.#attempt(id, question);
      } catch (error) {
        failure = error;
      }
    }
    this.#tidings.log.warn(
      { err: failure, room: question.roomId },
      'the app could not be asked who may join',
    );
    throw new TidingsError('unavailable', 'Who may join this room cannot be asked at the moment.', {
      retryAfter: COME_BACK,
      cause: failure,
    });
  }

  /** @throws Error when it is not answered, or not as it should. */
  async #attempt(id: string, question: JoinQuestion): Promise<JoinAnswer> {
    const now = this.#tidings.clock.now();
    const timestamp = String(Math.floor(now / SECOND));
    const body = JSON.stringify({
      type: 'room.join',
      timestamp: new Date(now).toISOString(),
      data: question,
    });
    const signature = createHmac('sha256', this.#key).update(`${id}.${timestamp}.${body}`).digest('base64');
    const response = await fetch(this.#options.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
      body,
      // A signed request goes to its address and nowhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(this.#options.timeout),
    });
    return readAnswer(response);
  }
}

async function readAnswer(response: Response): Promise<JoinAnswer> {
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the app answered ${response.status}`);
  }
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_ANSWER) throw new Error('the app’s answer is too long');
  }
  const answer: unknown = JSON.parse(text);
  const { allow, reason } = (answer ?? {}) as { readonly allow?: unknown; readonly reason?: unknown };
  if (typeof allow !== 'boolean') throw new Error('the app’s answer has no "allow"');
  return typeof reason === 'string' ? { allow, reason: reason.slice(0, MAX_REASON) } : { allow };
}
