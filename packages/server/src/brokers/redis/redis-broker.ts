/**
 * The broker of several nodes: channels, their history and the log of all events are in Redis or Valkey.
 *
 * A publish is one script in Redis, which gives the event its place and puts it into the log; every node reads the log, and
 * gives out what it reads, its own events too. So all nodes give out the same events in the same order. What has been
 * published on a node has been given out there when the publish is fulfilled, and what was read holds nothing that was
 * not: both wait until the node has read the log so far.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { TidingsError } from '@tidings/protocol';
import type {
  Broker,
  ChannelSummary,
  HistoryPolicy,
  PublishReceipt,
  PublishRequest,
  Slice,
  SliceRequest,
} from '../../core/ports/broker.ts';
import type { Clock, Timer } from '../../core/ports/clock.ts';
import type { ChannelEvent } from '../../core/ports/event.ts';
import { contentHash, slot } from '../memory/keys.ts';
import { CLEAR, CONFLICT, LIST, NEWEST, PUBLISH, READ, SWEEP } from './broker-scripts.ts';
import { decodeEvent, encodeContent, eventId } from './log-entry.ts';
import { LogLink, Unanswered } from './log-link.ts';
import { redisError } from './redis-error.ts';

export interface RedisBrokerOptions {
  /** `redis://…`, or `rediss://…`. */
  readonly url: string;
  /** What keys begin with. */
  readonly prefix: string;
  readonly clock: Clock;
  /** Events were missed that cannot be read any more: whoever follows channels here is to come back and resume. */
  readonly onGap: () => void;
  /** The connection broke, or Redis is not what it was. */
  readonly onError: (error: unknown) => void;
}

/** How often channels are looked for that nobody has used for long, and how long that is, milliseconds. */
const SWEEP_INTERVAL = 60 * 60 * 1000;
const IDLE = 24 * 60 * 60 * 1000;

/** Channels that one script looks at. */
const SWEEP_PAGE = 500;

/** How long `close` waits for what is under way, milliseconds. */
const CLOSE_PATIENCE = 6000;

const SEED_BYTES = 8;

const UNKNOWN =
  'The connection to the store broke while the event was stored, so it may have been published; repeat it with the same key.';

/** What a publish is answered: number, offset, epoch, sequence, node. */
type PublishReply = readonly [string, string, string, string, string] | typeof CONFLICT;

/** What a read is answered: number, epoch, offset, recovered, more, the offset before the first event; events. */
type ReadReply = readonly [string, string, string, number, number, string, readonly string[]];

export class RedisBroker implements Broker {
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #link: LogLink;
  readonly #node = randomBytes(3).toString('hex');
  #token = 0;
  /** Where own publishes landed that have been heard but not answered yet, by token. */
  readonly #landed = new Map<string, PublishReceipt | undefined>();
  #onEvent: (event: ChannelEvent) => void = () => {};
  #sweeper: Timer | undefined;
  #closing: Promise<void> | undefined;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(options: RedisBrokerOptions) {
    this.#clock = options.clock;
    this.#prefix = options.prefix;
    this.#link = new LogLink({
      ...options,
      onEntry: ({ event, node, token }) => {
        if (node === this.#node && this.#landed.has(token)) {
          const { channel, offset, epoch, id } = event;
          this.#landed.set(token, { channel, offset, epoch, id });
        }
        this.#onEvent(event);
      },
    });
  }

  get log(): string {
    return this.#link.log;
  }

  /** Whether Redis has on disk what it answers; otherwise durable publishes are refused. */
  get onDisk(): boolean {
    return this.#link.onDisk;
  }

  async start(onEvent: (event: ChannelEvent) => void): Promise<void> {
    this.#onEvent = onEvent;
    await this.#link.open();
    this.#sweeper = this.#clock.every(SWEEP_INTERVAL, () => void this.#sweep());
  }

  head(): number {
    return this.#link.head;
  }

  reach(sequence: number): Promise<void> {
    return this.#begin(async () => {
      const newest = await this.#link.run<string>(NEWEST, this.#keys('meta'), []);
      if (this.head() < sequence) await this.#link.reached(Number(newest));
    });
  }

  isOwn({ id, sequence }: ChannelEvent): boolean {
    return id === eventId(sequence, this.#node);
  }

  publish(request: PublishRequest, policy: HistoryPolicy): Promise<PublishReceipt> {
    return this.#begin(() => this.#publish(request, policy));
  }

  async #publish(request: PublishRequest, policy: HistoryPolicy): Promise<PublishReceipt> {
    if (policy.durable && !this.onDisk)
      throw new TidingsError('storage_unavailable', 'This server’s Redis keeps nothing on disk.');
    this.#token += 1;
    const token = this.#token.toString(36);
    this.#landed.set(token, undefined);
    try {
      return await this.#place(request, policy, token);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      // Whether the event is in the log is seen there.
      const whole = await this.#link.whole();
      const receipt = this.#landed.get(token);
      if (receipt) return receipt;
      throw redisError(error, whole ? undefined : UNKNOWN);
    } finally {
      this.#landed.delete(token);
    }
  }

  async #place(request: PublishRequest, policy: HistoryPolicy, token: string): Promise<PublishReceipt> {
    const { channel, key } = request;
    const { ttl, size, keyWindow } = policy;
    const reply = await this.#link.run<PublishReply>(
      PUBLISH,
      this.#keys(
        'meta',
        'log',
        `channel:${channel}`,
        `events:${channel}`,
        'channels',
        key === undefined ? 'key' : `key:${slot(channel, key)}`,
      ),
      [
        String(this.#clock.now()),
        String(size),
        Number.isSafeInteger(ttl) ? String(ttl) : '',
        kindOf(policy),
        channel,
        `${this.#node} ${token}`,
        encodeContent(request),
        key === undefined ? '' : contentHash(request),
        String(keyWindow),
      ],
    );
    if (reply === CONFLICT) throw new TidingsError('key_conflict');
    const [number, offset, epoch, sequence, node] = reply;
    await this.#link.reached(Number(number));
    return { channel, offset: Number(offset), epoch, id: eventId(Number(sequence), node) };
  }

  read(channel: string, policy: HistoryPolicy, request: SliceRequest): Promise<Slice> {
    return this.#begin(async () => {
      const { since, after, through, last = 0, limit } = request;
      const reply = await this.#link.run<ReadReply>(
        READ,
        this.#keys('meta', `channel:${channel}`, `events:${channel}`),
        [
          String(Math.max(-1, this.#clock.now() - policy.ttl)),
          kindOf(policy),
          channel,
          since?.epoch ?? '',
          String(since?.offset ?? 0),
          String(after ?? ''),
          String(through ?? ''),
          String(last),
          String(limit ?? ''),
        ],
      );
      const [number, epoch, offset, recovered, more, from, texts] = reply;
      // What is heard after a slice has not been in it.
      await this.#link.reached(Number(number));
      return {
        position: { epoch, offset: Number(offset) },
        recovered: recovered === 1,
        events: texts.map((text, index) => decodeEvent(text, channel, epoch, Number(from) + index + 1)),
        more: more === 1,
      };
    });
  }

  clear(channel: string, policy: HistoryPolicy): Promise<void> {
    return this.#begin(async () => {
      const keys = this.#keys('meta', `channel:${channel}`, `events:${channel}`, 'channels');
      await this.#link.run(CLEAR, keys, [kindOf(policy), channel, seed()]);
    });
  }

  list(request: Parameters<Broker['list']>[0]): Promise<readonly ChannelSummary[]> {
    const { prefix = '', after = '', limit } = request;
    return this.#begin(async () => {
      const found = await this.#link.run<readonly [string, string, string, number][]>(
        LIST,
        this.#keys('meta', 'channels'),
        [...this.#keys('channel:', 'events:'), prefix, after, String(limit)],
      );
      return found.map(([channel, epoch, offset, events]) => ({
        channel,
        position: { epoch, offset: Number(offset) },
        events,
      }));
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#sweeper?.cancel();
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, CLOSE_PATIENCE);
    await Promise.race([Promise.allSettled(this.#underWay), late.promise]);
    clearTimeout(timer);
    await this.#link.close();
  }

  /** Does a piece of work that `close` waits for, and gives its errors codes. */
  async #begin<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new TidingsError('unavailable');
    const result = work();
    this.#underWay.add(result);
    try {
      return await result;
    } catch (error) {
      throw error instanceof Unanswered ? redisError(error) : error;
    } finally {
      this.#underWay.delete(result);
    }
  }

  async #sweep(): Promise<void> {
    const keys = this.#keys('meta', 'channels');
    const [channels = '', events = ''] = this.#keys('channel:', 'events:');
    const idle = String(this.#clock.now() - IDLE);
    let after = '';
    do {
      const args = [channels, events, after, String(SWEEP_PAGE), idle, seed()];
      try {
        after = await this.#begin(() => this.#link.run<string>(SWEEP, keys, args));
      } catch {
        // Redis in trouble is told to those who publish; what is old goes another time.
        return;
      }
    } while (after !== '');
  }

  #keys(...names: readonly string[]): string[] {
    return names.map((name) => this.#prefix + name);
  }
}

/** What channels of a policy begin from, in the scripts. */
function kindOf({ durable }: HistoryPolicy): string {
  return durable ? '1' : '0';
}

function seed(): string {
  return randomBytes(SEED_BYTES).toString('hex');
}
