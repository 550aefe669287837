/**
 * Hands the server a new token before the old one ends.
 *
 * @module
 */
import { ClientError } from '../client-error.ts';
import type { Clock, Timer } from '../clock.ts';
import { positiveOr, type WelcomeMessage } from '../wire.ts';
import type { Answer } from './calls.ts';

export interface TokenRefreshOptions {
  readonly clock: Clock;
  /** Asks the application. @throws ClientError `token_failed`, `token_timeout`. */
  readonly ask: (signal: AbortSignal) => Promise<string | undefined>;
  /** Hands a token to the server. */
  readonly hand: (token: string) => Promise<Answer>;
  readonly onError: (error: ClientError) => void;
}

/** A token is refreshed so long before its end, or when this part of its life is left, milliseconds. */
const MARGIN = 60_000;
const LAST_PART = 0.25;

/** The least time between two refreshes, milliseconds. */
const SHORTEST = 1000;

export class TokenRefresh {
  readonly #options: TokenRefreshOptions;
  #timer: Timer | undefined;
  #stopped = new AbortController();
  /** The server's time less ours that never jumps. */
  #offset = 0;
  #expiresAt = 0;

  constructor(options: TokenRefreshOptions) {
    this.#options = options;
  }

  /** A session begins whose token may end. */
  start({ expiresAt, at }: Pick<WelcomeMessage, 'expiresAt' | 'at'>): void {
    this.stop();
    this.#stopped = new AbortController();
    const { clock } = this.#options;
    // By the server's clock where it says its time: that of the device may be wrong, or be set meanwhile.
    this.#offset = (at ?? clock.wall()) - clock.monotonic();
    this.#expiresAt = 0;
    this.#plan(expiresAt);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#stopped.abort();
  }

  /** Refreshes now. @throws ClientError of the callback, or what the server answered. */
  async now(): Promise<void> {
    const { signal } = this.#stopped;
    const token = await this.#options.ask(signal);
    if (signal.aborted) return;
    if (token === undefined) throw new ClientError('token_failed', 'token() gave no token.');
    const { data } = await this.#options.hand(token);
    this.#plan(positiveOr((data as { readonly expiresAt?: unknown } | null)?.expiresAt, 0) || undefined);
  }

  #plan(expiresAt: number | undefined): void {
    // A token that ends no later than the last one is no news: asking on would only turn in circles.
    if (expiresAt === undefined || expiresAt <= this.#expiresAt) return;
    this.#timer?.cancel();
    this.#expiresAt = expiresAt;
    this.#wait();
  }

  #wait(): void {
    const { clock } = this.#options;
    const left = this.#expiresAt - this.#offset - clock.monotonic();
    const delay = left - Math.min(MARGIN, left * LAST_PART);
    this.#timer = clock.after(Math.max(delay, SHORTEST), () => void this.#try());
  }

  async #try(): Promise<void> {
    const { signal } = this.#stopped;
    try {
      await this.now();
    } catch (error) {
      if (signal.aborted) return;
      this.#options.onError(error as ClientError);
      // As long as the token lasts; after that the server ends the session, and a new one asks again.
      if (this.#expiresAt - this.#offset > this.#options.clock.monotonic() + SHORTEST) this.#wait();
    }
  }
}
