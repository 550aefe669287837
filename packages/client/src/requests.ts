/**
 * Requests that only read: asked again after a lost connection, until there is an answer or no more time.
 *
 * @module
 */
import { onAbort } from './abortable.ts';
import type { RequestOptions } from './channel.ts';
import { ClientError } from './client-error.ts';
import type { Clock } from './clock.ts';
import type { Answer } from './connection/calls.ts';
import { closedError } from './connection/connection.ts';
import { quiet } from './quiet.ts';
import type { ClientMessage } from './wire.ts';

export interface RequestsOptions {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly timeout: number;
  readonly live: () => boolean;
  readonly request: (message: ClientMessage, timeout: number) => Promise<Answer>;
  readonly need: () => void;
}

interface Waiting {
  readonly message: ClientMessage;
  readonly timeout: number;
  sent: boolean;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

export class Requests {
  readonly #options: RequestsOptions;
  readonly #waiting = new Set<Waiting>();
  #closed = false;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** Asks. @throws ClientError what the server answered; `aborted`, `closed`, `timeout`. */
  ask(
    message: ClientMessage,
    { signal, timeout = this.#options.timeout }: RequestOptions = {},
  ): Promise<Answer> {
    if (this.#closed) return quiet(Promise.reject(closedError()));
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const waiting: Waiting = { message, timeout, sent: false, resolve, reject };
    const timer = this.#options.clock.after(timeout, () =>
      reject(new ClientError('timeout', `There was no answer in ${timeout} ms.`)),
    );
    const off = onAbort(signal, reject);
    this.#waiting.add(waiting);
    if (signal?.aborted !== true) this.#send(waiting);
    return quiet(
      promise.finally(() => {
        this.#waiting.delete(waiting);
        timer.cancel();
        off();
      }),
    );
  }

  /** The session has begun. */
  opened(): void {
    for (const waiting of this.#waiting) this.#send(waiting);
  }

  close(): void {
    this.#closed = true;
    for (const { reject } of this.#waiting) reject(closedError());
  }

  #send(waiting: Waiting): void {
    if (!this.#options.live()) {
      this.#options.need();
      return;
    }
    if (waiting.sent) return;
    waiting.sent = true;
    this.#options.request(waiting.message, waiting.timeout).then(waiting.resolve, (error: ClientError) => {
      waiting.sent = false;
      if (error.code !== 'connection_lost' && error.code !== 'not_connected') waiting.reject(error);
    });
  }
}
