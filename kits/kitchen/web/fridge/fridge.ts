/**
 * What is in a fridge, kept up to date by events and read again where those have a hole.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Static } from 'typebox';
import type { Call } from '../../../shared/web/call.ts';
import { SnapshotReader } from '../../../shared/web/snapshot-reader.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { FridgeItemChanged, FridgeItemRemoved, FridgeItem as ItemSchema } from '../../events.ts';

/** A thing in a fridge. */
export type FridgeItem = Static<typeof ItemSchema>;

/** What one says of a thing. */
export type ItemFields = Pick<FridgeItem, 'name' | 'quantity' | 'unit' | 'best_before' | 'running_out'>;

/** What the page shows. */
export interface FridgeState {
  /** The visitor's day, `YYYY-MM-DD`. */
  readonly today: string;
  /** What expires first at the top. */
  readonly items: readonly FridgeItem[];
  /** Ids of those that came while the page was open. */
  readonly fresh: ReadonlySet<string>;
  readonly loaded: boolean;
  readonly error: unknown;
}

const EMPTY: FridgeState = { today: '', items: [], fresh: new Set(), loaded: false, error: undefined };

/** A fridge: the visitor's own, or a household's. */
export class Fridge {
  readonly state: Store<FridgeState>;
  readonly #call: Call;
  readonly #group: string | undefined;
  readonly #set: (change: Partial<FridgeState>) => void;
  readonly #stops: readonly (() => void)[];
  readonly #removed = new Set<string>();
  readonly #reader = new SnapshotReader();

  constructor(client: Client, call: Call, user: string, group: string | undefined) {
    this.#call = call;
    this.#group = group;
    const store = createStore<FridgeState>(EMPTY, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const channel = client.channel<{
      FridgeItemChanged: Static<typeof FridgeItemChanged>;
      FridgeItemRemoved: Static<typeof FridgeItemRemoved>;
    }>(group === undefined ? `user:${user}` : `group:${group}`);
    // The day has changed, maybe.
    const onShow = () => {
      if (document.visibilityState === 'visible') void this.load();
    };
    document.addEventListener('visibilitychange', onShow);
    this.#stops = [
      channel.on('FridgeItemChanged', ({ item }) => {
        this.#reader.hear();
        this.#put(item);
      }),
      channel.on('FridgeItemRemoved', ({ item_id }) => this.#drop(item_id)),
      channel.onGap(() => this.load()),
      whenLive(client, channel, () => void this.load()),
      () => document.removeEventListener('visibilitychange', onShow),
    ];
  }

  /** Reads it again. */
  async load(): Promise<void> {
    const query = this.#group === undefined ? '' : `?${new URLSearchParams({ group_id: this.#group })}`;
    try {
      const read = await this.#reader.read(() =>
        this.#call<Pick<FridgeState, 'today' | 'items'>>(`/kitchen/fridge${query}`),
      );
      if (!read) return;
      const { today, items } = read;
      const there = items.filter(({ id }) => !this.#removed.has(id));
      this.#set({ today, items: there.toSorted(byDate), loaded: true, error: undefined });
    } catch (error) {
      this.#set({ error, loaded: true });
    }
  }

  /** Puts something in. @param key the same when it is tried again. @throws CallError */
  async add(fields: ItemFields, key: string): Promise<void> {
    const owner = this.#group === undefined ? {} : { group_id: this.#group };
    const body = { ...fields, ...owner, key };
    this.#put(await this.#reader.act(() => this.#call<FridgeItem>('/kitchen/fridge', { body })));
  }

  /** Changes something. @throws CallError */
  async change(id: string, changes: Partial<ItemFields>): Promise<void> {
    const init = { method: 'PATCH', body: changes } as const;
    this.#put(await this.#reader.act(() => this.#call<FridgeItem>(pathOf(id), init)));
  }

  /** Takes something out. @throws CallError */
  async remove(id: string): Promise<void> {
    await this.#call(pathOf(id), { method: 'DELETE' });
    this.#drop(id);
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #put(item: FridgeItem | undefined): void {
    if (!item || item.group_id !== (this.#group ?? null) || this.#removed.has(item.id)) return;
    const { items, fresh, loaded } = this.state.getSnapshot();
    const others = items.filter(({ id }) => id !== item.id);
    this.#set({
      items: [...others, item].toSorted(byDate),
      ...(loaded && others.length === items.length ? { fresh: new Set(fresh).add(item.id) } : {}),
    });
  }

  #drop(id: string): void {
    this.#removed.add(id);
    this.#set({ items: this.state.getSnapshot().items.filter((item) => item.id !== id) });
  }
}

/** Later than every date. */
const NEVER = '9999';

function byDate(one: FridgeItem, other: FridgeItem): number {
  const [a, b] = [one.best_before ?? NEVER, other.best_before ?? NEVER];
  return a === b ? Number(one.id) - Number(other.id) : a < b ? -1 : 1;
}

function pathOf(item: string): string {
  return `/kitchen/fridge/${encodeURIComponent(item)}`;
}
