/**
 * What the visitor has bought and sold, and how far each order is; the same in all tabs and on all devices.
 *
 * @module
 */
import type { Client, Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { MyMatchCreated, Order, OrderStatusUpdated, UpdateOrder } from '../../events.ts';
import { LiveState } from '../live-state.ts';

/** The visitor's orders. */
export interface OrdersState {
  /** The newest first. */
  readonly orders: readonly Order[];
  /** Where the list goes on; `undefined` at its end. */
  readonly next: string | undefined;
  readonly loaded: boolean;
  readonly error: unknown;
}

interface Page {
  readonly orders: readonly Order[];
  readonly next?: string | number | null;
}

interface PersonalEvents {
  readonly MATCH_CREATED: MyMatchCreated;
  readonly ORDER_STATUS_UPDATED: OrderStatusUpdated;
}

const PAGE = 30;

const EMPTY: OrdersState = { orders: [], next: undefined, loaded: false, error: undefined };

/** Follows the visitor's orders until it is closed. */
export class Orders {
  readonly state: Store<OrdersState>;
  readonly #live = new LiveState<OrdersState>(EMPTY);
  readonly #call: Call;
  readonly #stops: readonly (() => void)[];

  constructor(client: Client, call: Call, user: string) {
    this.#call = call;
    this.state = this.#live.store;
    const channel = client.channel<PersonalEvents>(`user:${user}`);
    this.#stops = [
      channel.on('MATCH_CREATED', ({ order_id: id }) => this.need(id)),
      channel.on('ORDER_STATUS_UPDATED', (update) => this.#hear(update)),
      channel.onGap(() => this.load()),
      whenLive(client, channel, () => void this.load()),
    ];
  }

  /** Reads everything anew; an error stands in the state. */
  async load(): Promise<void> {
    await this.#loadPage();
  }

  /** Loads the page after the last. */
  async more(): Promise<void> {
    const { next } = this.#live.now;
    if (next !== undefined) await this.#loadPage(next);
  }

  /** Takes the next step of an order. @param key a repeat under it has one effect @throws CallError */
  async update({ order_id: id, ...body }: UpdateOrder, key: string): Promise<void> {
    this.#take([await this.#call<Order>(`/market/orders/${id}/status`, { body, key })]);
  }

  /** Reads an order that the list may not have. */
  async need(id: number): Promise<void> {
    await this.#read(
      `order ${id}`,
      () => this.#call<Order>(`/market/orders/${id}`),
      (state, order) => withOrders(state, [order]),
    );
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#live.forget();
  }

  async #loadPage(before?: string): Promise<void> {
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (before !== undefined) query.set('before', before);
    await this.#read(
      'list',
      () => this.#call<Page>(`/market/orders?${query}`),
      (state, { orders, next }) => ({
        ...withOrders(state, orders),
        next: next == null ? undefined : String(next),
        loaded: true,
        error: undefined,
      }),
    );
  }

  /** An event does not say what may be done next: the order is read. */
  #hear(update: OrderStatusUpdated): void {
    const known = this.#live.now.orders.find(({ order_id: id }) => id === update.order_id);
    if (known && known.steps.length >= update.step) return;
    void this.need(update.order_id);
  }

  async #read<Answer>(
    kind: string,
    ask: () => Promise<Answer>,
    take: (state: OrdersState, answer: Answer) => OrdersState,
  ): Promise<void> {
    try {
      await this.#live.read(kind, ask, take);
    } catch (error) {
      this.#live.change((state) => ({ ...state, error, loaded: true }));
    }
  }

  #take(orders: readonly Order[]): void {
    this.#live.change((state) => withOrders(state, orders));
  }
}

/** Of each order the one that is further: an answer may come later than a newer one. */
function withOrders(state: OrdersState, orders: readonly Order[]): OrdersState {
  const all = new Map(state.orders.map((order) => [order.order_id, order]));
  for (const order of orders) {
    const known = all.get(order.order_id);
    if (!known || known.steps.length <= order.steps.length) all.set(order.order_id, order);
  }
  return { ...state, orders: [...all.values()].toSorted((a, b) => b.order_id - a.order_id) };
}
