/**
 * What a size of a product cost, by stretches of time, kept up to date by its sales.
 *
 * @module
 */
import type { Client, Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { Candle, MatchCreated } from '../../events.ts';
import { LiveState } from '../live-state.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The stretches that a chart may have, and how long each is, milliseconds. */
export const INTERVALS = { '1m': MINUTE, '1h': HOUR, '1d': 24 * HOUR } as const;

/** A stretch that a chart may have. */
export type Interval = keyof typeof INTERVALS;

export interface CandlesOptions {
  readonly client: Client;
  readonly call: Call;
  /** The product. */
  readonly id: string;
  readonly size: string;
  readonly interval: Interval;
}

/** Follows the sales of a size until it is closed. */
export class Candles {
  /** The oldest first; `undefined` until they are read. */
  readonly state: Store<readonly Candle[] | undefined>;
  readonly #live = new LiveState<readonly Candle[] | undefined>(undefined);
  readonly #options: CandlesOptions;
  readonly #stops: readonly (() => void)[];

  constructor(options: CandlesOptions) {
    const { client, id, size, interval } = options;
    this.#options = options;
    this.state = this.#live.store;
    const channel = client.channel<{ MATCH_CREATED: MatchCreated }>(`sneaker:${id}`);
    this.#stops = [
      channel.on('MATCH_CREATED', (match) => {
        if (match.size !== size) return;
        this.#live.change((candles) => candles && withSale(candles, match, INTERVALS[interval]));
      }),
      channel.onGap(() => this.#load()),
      whenLive(client, channel, () => void this.#load()),
    ];
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#live.forget();
  }

  async #load(): Promise<void> {
    const { call, id, size, interval } = this.#options;
    const query = new URLSearchParams({ interval, size });
    try {
      await this.#live.read(
        'candles',
        () =>
          call<{ readonly candles: readonly Candle[] }>(
            `/market/products/${encodeURIComponent(id)}/candles?${query}`,
          ),
        (_, { candles }) => candles,
      );
    } catch {
      // The prices stand beside it; without its past there is only no chart.
    }
  }
}

/** A sale is the newest of all; done twice it is the same, but for the count, which is not shown. */
function withSale(candles: readonly Candle[], { price, at }: MatchCreated, span: number): readonly Candle[] {
  const begin = Math.floor(at / span) * span;
  const last = candles.at(-1);
  if (!last || last.at < begin)
    return [...candles, { at: begin, open: price, high: price, low: price, close: price, trades: 1 }];
  if (last.at > begin) return candles;
  const { high, low, trades } = last;
  const now = { close: price, high: Math.max(high, price), low: Math.min(low, price), trades: trades + 1 };
  return [...candles.slice(0, -1), { ...last, ...now }];
}
