import { type Position, parsePosition } from '@tidings/protocol';
import type { Mark } from './publishers.ts';

/** An event as any transport tells it. */
export interface Heard {
  readonly channel: string;
  readonly epoch: string;
  readonly offset: number;
  readonly id: string;
  readonly data: Mark;
}

/** The server told where a channel stands because what was before cannot be given. */
export interface Told {
  readonly channel: string;
  readonly position: Position;
}

/** How long a subscriber is given to hear what it should, milliseconds. */
const PATIENCE = 20_000;

/** What one subscriber heard, over all its connections, in order. */
export class Hearing {
  readonly entries: ({ readonly heard: Heard } | { readonly told: Told })[] = [];
  /** How often it was told `recovered: true`. */
  resumed = 0;
  /** How often it was connected. */
  connections = 0;
  #waiters: { readonly condition: () => boolean; resolve(): void }[] = [];

  connected(): void {
    this.connections += 1;
    this.#tell();
  }

  heard(heard: Heard): void {
    this.entries.push({ heard });
    this.#tell();
  }

  /** `recovered: false`, and the position that was told with it. */
  told(channel: string, position: string): void {
    const parsed = parsePosition(position);
    if (!parsed) throw new Error(`"${position}" is no position.`);
    this.entries.push({ told: { channel, position: parsed } });
    this.#tell();
  }

  recovered(): void {
    this.resumed += 1;
    this.#tell();
  }

  get events(): readonly Heard[] {
    return this.entries.flatMap((entry) => ('heard' in entry ? [entry.heard] : []));
  }

  /** How often it was told `recovered: false` of a channel, the first subscription not counted. */
  gaps(channel: string): number {
    return this.entries.filter((entry) => 'told' in entry && entry.told.channel === channel).length - 1;
  }

  /** Waits until a condition on what was heard holds. @param patience milliseconds. */
  until(condition: (hearing: Hearing) => boolean, what: string, patience = PATIENCE): Promise<void> {
    if (condition(this)) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const error = new Error();
    const timer = setTimeout(() => {
      const last = this.entries.slice(-3).map((entry) => JSON.stringify(entry));
      error.message = `The subscriber did not get to: ${what}. Connections ${this.connections}, resumed ${this.resumed}, events ${this.events.length}, last: ${last.join(' ')}`;
      reject(error);
    }, patience);
    this.#waiters.push({
      condition: () => condition(this),
      resolve: () => {
        clearTimeout(timer);
        resolve();
      },
    });
    return promise;
  }

  /** Waits until it has heard an event, or was told a place at or after it. @param patience milliseconds. */
  reached(
    { channel, epoch, offset }: { channel: string; epoch: string; offset: number },
    patience = PATIENCE,
  ): Promise<void> {
    return this.until(
      ({ entries }) =>
        entries.some((entry) => {
          const place = 'heard' in entry ? entry.heard : { ...entry.told, ...entry.told.position };
          return place.channel === channel && place.epoch === epoch && place.offset >= offset;
        }),
      `${channel} ${epoch}:${offset}`,
      patience,
    );
  }

  #tell(): void {
    const due = this.#waiters.filter(({ condition }) => condition());
    if (due.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !due.includes(waiter));
    for (const { resolve } of due) resolve();
  }
}
