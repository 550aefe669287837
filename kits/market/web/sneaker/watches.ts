/**
 * What the visitor watches: "tell me when an ask is at or below this".
 *
 * @module
 */
import type { Client, Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { Watch } from '../../events.ts';
import { LiveState } from '../live-state.ts';

/** By product. */
export type WatchesState = ReadonlyMap<string, Watch>;

/** The visitor's watches; those that another tab begins are known with the next connection. */
export class Watches {
  readonly state: Store<WatchesState>;
  readonly #live = new LiveState<WatchesState>(new Map());
  readonly #call: Call;
  readonly #stop: () => void;

  constructor(client: Client, call: Call, user: string) {
    this.#call = call;
    this.state = this.#live.store;
    this.#stop = whenLive(client, client.channel(`user:${user}`), () => void this.#load());
  }

  /** Begins a watch, or changes it. @param size `undefined`: any @throws CallError */
  async watch(product: string, amount: number, size: string | undefined): Promise<void> {
    const body = { amount, ...(size === undefined ? {} : { size }) };
    const watch = await this.#call<Watch>(pathOf(product), { method: 'PUT', body });
    this.#live.change((watches) => new Map(watches).set(product, watch));
  }

  /** Ends a watch. @throws CallError */
  async unwatch(product: string): Promise<void> {
    await this.#call(pathOf(product), { method: 'DELETE' });
    this.#live.change((watches) => new Map([...watches].filter(([id]) => id !== product)));
  }

  close(): void {
    this.#stop();
    this.#live.forget();
  }

  async #load(): Promise<void> {
    try {
      await this.#live.read(
        'list',
        () => this.#call<{ readonly watches: readonly Watch[] }>('/market/watches'),
        (_, { watches }) => new Map(watches.map((watch) => [watch.product_id, watch])),
      );
    } catch {
      // A product's watch stands beside its market, which says what is wrong.
    }
  }
}

function pathOf(product: string): string {
  return `/market/watches/${encodeURIComponent(product)}`;
}
