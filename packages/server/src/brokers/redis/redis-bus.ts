/**
 * The bus of servers that share a Redis: its publish and subscribe.
 *
 * That keeps nothing, and so it costs Redis nothing: what must hold although it was not heard is kept by whoever tells it.
 * A node is called by `onMissed` when its own connection was cut; when another one was cut while it had something to tell,
 * which that one then says; and when another one has fallen silent without a goodbye, since it may have died with a word
 * on its lips.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { Clock, Timer } from '../../core/ports/clock.ts';
import type { NodeBus } from '../../core/ports/node-bus.ts';
import { openRedis, type RedisClient, type RedisOptions } from './redis-client.ts';

export interface RedisBusOptions extends RedisOptions {
  /** Names this node among all. */
  readonly node: string;
  /** What the names of all that Tidings has on this Redis begin with. */
  readonly prefix: string;
  readonly clock: Clock;
}

type Listener = (data: unknown, from: string) => void;

interface Message {
  readonly from: string;
  readonly topic: string;
  readonly data: unknown;
}

/** How often a node says that it lives, milliseconds. */
const ALIVE_INTERVAL = 5000;

/** A node that was not heard for so long has died, milliseconds. */
const DEAD_AFTER = 3 * ALIVE_INTERVAL;

/** What the bus says of itself. */
const ALIVE = 'bus:alive';
const BYE = 'bus:bye';
const MISSED = 'bus:missed';

export class RedisBus implements NodeBus {
  readonly node: string;
  readonly #options: RedisBusOptions;
  readonly #channel: string;
  readonly #listeners = new Map<string, Listener[]>();
  readonly #onMissed: (() => void)[] = [];
  /** When each of the other nodes was heard last, by the clock. */
  readonly #others = new Map<string, number>();
  #client: RedisClient | undefined;
  #alive: Timer | undefined;
  /** Something could not be told, and the others do not know. */
  #failed = false;

  constructor(options: RedisBusOptions) {
    this.#options = options;
    this.node = options.node;
    // Redis' databases share their channels.
    const { pathname } = new URL(options.url);
    this.#channel = `${options.prefix}nodes:${pathname.slice(1) || 0}`;
    this.hear(BYE, (_data, from) => void this.#others.delete(from));
    this.hear(MISSED, () => this.#missed());
  }

  async start(): Promise<void> {
    const client = await openRedis(this.#options);
    this.#client = client;
    await client.subscribe(this.#channel, this.#take);
    client.on('ready', () => void this.#comeBack(client));
    this.#alive = this.#options.clock.every(ALIVE_INTERVAL, () => void this.#sayAlive());
    await this.#sayAlive();
  }

  async tell(topic: string, data: unknown): Promise<number> {
    const message: Message = { from: this.node, topic, data };
    try {
      if (!this.#client?.isReady) throw new Error('There is no connection to Redis.');
      const hearing = await this.#client.publish(this.#channel, JSON.stringify(message));
      return hearing - 1;
    } catch (error) {
      this.#failed = true;
      throw new TidingsError('storage_unavailable', 'The other servers could not be told.', { cause: error });
    }
  }

  hear(topic: string, listener: Listener): void {
    const listeners = this.#listeners.get(topic) ?? [];
    listeners.push(listener);
    this.#listeners.set(topic, listeners);
  }

  onMissed(listener: () => void): void {
    this.#onMissed.push(listener);
  }

  async close(): Promise<void> {
    this.#alive?.cancel();
    const client = this.#client;
    if (!client?.isOpen) return;
    if (client.isReady) {
      await this.tell(BYE, null).catch(() => {});
      await client.unsubscribe(this.#channel).catch(() => {});
    }
    client.destroy();
  }

  readonly #take = (text: string): void => {
    const { from, topic, data } = JSON.parse(text) as Message;
    if (from === this.node) return;
    this.#others.set(from, this.#options.clock.now());
    for (const listener of this.#listeners.get(topic) ?? []) listener(data, from);
  };

  /** The connection stands again; nobody knows what was said meanwhile. */
  async #comeBack(client: RedisClient): Promise<void> {
    try {
      // A connection that was given up and made anew hears nothing yet.
      await client.subscribe(this.#channel, this.#take);
    } catch {
      // It broke again, and will come back again.
      return;
    }
    this.#missed();
    await this.#sayAlive();
  }

  /** Says that this node lives, and looks who of the others does not. */
  async #sayAlive(): Promise<void> {
    const { clock } = this.#options;
    try {
      if (this.#failed) {
        await this.tell(MISSED, null);
        this.#failed = false;
      }
      await this.tell(ALIVE, null);
    } catch {
      // While nothing is heard of anyone, nobody is dead.
      for (const other of this.#others.keys()) this.#others.set(other, clock.now());
      return;
    }
    for (const [other, at] of this.#others) {
      if (clock.now() - at < DEAD_AFTER) continue;
      this.#others.delete(other);
      this.#missed();
    }
  }

  #missed(): void {
    for (const listener of this.#onMissed) listener();
  }
}
