import type { Socket } from 'socket.io-client';
import { type SubscribeAnswer, stockClient } from './start-socketio.ts';

/** The name of the events that a {@link RecoveringListener} checks. */
export const TICK = 'tick';

interface Meta {
  readonly channel: string;
  readonly offset: number;
  readonly epoch: string;
  readonly id: string;
}

/** A stock client that follows channels and checks that it hears each event of them once and in order, over all cuts. */
export class RecoveringListener {
  readonly socket: Socket;
  /** What was wrong with what it heard. */
  readonly faults: string[] = [];
  /** `socket.recovered` at each connect. */
  readonly recovered: boolean[] = [];
  /** Where it stands on each channel. */
  readonly places = new Map<string, { epoch: string; offset: number }>();
  /** Ids of all events, in the order in which they came. */
  readonly heard: string[] = [];
  readonly #seen = new Set<string>();
  #waiters: (() => void)[] = [];

  constructor(url: string, options: Parameters<typeof stockClient>[1] = {}) {
    this.socket = stockClient(url, options);
    this.socket.on('connect', () => {
      this.recovered.push(this.socket.recovered);
      this.#tell();
    });
    this.socket.on(TICK, (_: unknown, meta: Meta) => this.#hear(meta));
  }

  subscribe(...channels: string[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // Not a promise of the answer: the first events may be in the same bytes as it.
    this.socket.emit('subscribe', { channels }, (answer: SubscribeAnswer) => {
      for (const { channel, position } of answer.channels) {
        const [epoch = '', offset] = position.split(':');
        this.places.set(channel, { epoch, offset: Number(offset) });
      }
      resolve();
    });
    return promise;
  }

  /** Waits until it stands at an event, or behind it. */
  async reach({ channel, epoch, offset }: { channel: string; epoch: string; offset: number }): Promise<void> {
    await this.#until(() => {
      const place = this.places.get(channel);
      return place?.epoch === epoch && place.offset >= offset;
    }, `${channel} ${epoch}:${offset}`);
  }

  /** Waits until it has connected so often. */
  async connections(count: number): Promise<void> {
    await this.#until(() => this.recovered.length >= count, `${count} connections`);
  }

  /** Loses the connection, as when the network goes, and waits until it is back. */
  async cut(): Promise<void> {
    const { length } = this.recovered;
    this.socket.io.engine.close();
    await this.connections(length + 1);
  }

  #hear({ channel, offset, epoch, id }: Meta): void {
    const place = this.places.get(channel);
    if (this.#seen.has(id)) this.faults.push(`${channel} ${epoch}:${offset} came twice`);
    else if (!place) this.faults.push(`${channel} ${epoch}:${offset} is not followed`);
    else if (place.epoch !== epoch || offset !== place.offset + 1)
      this.faults.push(`${channel} went from ${place.epoch}:${place.offset} to ${epoch}:${offset}`);
    this.#seen.add(id);
    this.heard.push(id);
    this.places.set(channel, { epoch, offset });
    this.#tell();
  }

  #tell(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    const late = AbortSignal.timeout(10_000);
    while (!condition()) {
      await new Promise<void>((resolve, reject) => {
        this.#waiters.push(resolve);
        late.onabort = () =>
          reject(
            new Error(
              `The listener did not get to ${what}: ${JSON.stringify([...this.places])}, ${JSON.stringify(this.recovered)}, ${this.faults}`,
            ),
          );
      });
    }
  }
}
