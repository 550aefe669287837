/**
 * Publishes over a WebSocket of its own, so that cutting a pane does not cut the publisher.
 *
 * @module
 */
import { CommandError, NativeSocket } from './native-socket.ts';
import { randomKey } from './random-key.ts';
import { retryDelay } from './retry-delay.ts';

/** What is published. */
export interface Publication {
  readonly channel: string;
  readonly event: string;
  readonly data: unknown;
}

/** Where it landed. */
export interface Receipt {
  readonly offset: number;
  readonly epoch: string;
  readonly id: string;
}

/** Connections that may be lost under one publish before it is given up. */
const ATTEMPTS = 4;

export class Publisher {
  #socket: NativeSocket | undefined;
  #token: string | undefined;
  /** Counts the ends; what was begun before one is over. */
  #ends = 0;

  /** Publishes as another user from now on; `undefined` for anonymously. */
  authenticate(token: string | undefined): void {
    this.close();
    this.#token = token;
  }

  /**
   * Publishes an event. When the connection is lost before the answer came it is sent again with the same key, which
   * has one effect.
   *
   * @throws CommandError `connection_lost` when the server cannot be reached, else what the server answered.
   */
  async publish(publication: Publication): Promise<Receipt> {
    const message = { ...publication, key: randomKey() };
    const ends = this.#ends;
    for (let attempt = 0; ; attempt++) {
      try {
        const { data } = await this.#connected().request('publish', message);
        return data as Receipt;
      } catch (error) {
        const lost = error instanceof CommandError && error.problem.code === 'connection_lost';
        if (!lost || attempt + 1 === ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, retryDelay(attempt)));
        // It would be sent as another user, or for a page that is left.
        if (ends !== this.#ends) throw error;
      }
    }
  }

  /** Ends the connection, and what is sent by it; the next publish opens another. */
  close(): void {
    this.#ends += 1;
    this.#socket?.close();
    this.#socket = undefined;
  }

  #connected(): NativeSocket {
    if (this.#socket) return this.#socket;
    const socket = new NativeSocket({
      token: this.#token,
      onEnd: () => {
        if (this.#socket === socket) this.#socket = undefined;
      },
    });
    this.#socket = socket;
    return socket;
  }
}
