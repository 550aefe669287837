/**
 * The recipes that the visitor has asked for, and how far they are.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Static } from 'typebox';
import type { Call } from '../../../shared/web/call.ts';
import { SnapshotReader } from '../../../shared/web/snapshot-reader.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { RecipeProgress } from '../../events.ts';

type Progress = Static<typeof RecipeProgress>;

/** What a recipe says. */
export interface Recipe {
  readonly title: string;
  readonly servings?: number;
  readonly minutes?: number;
  readonly ingredients: readonly { readonly name: string; readonly amount?: string }[];
  readonly steps: readonly string[];
  readonly source: 'ai' | 'rules';
}

/** A recipe that was asked for. */
export interface RecipeRequest extends Pick<Progress, 'state' | 'step' | 'progress'> {
  readonly id: string;
  readonly wish: string;
  readonly recipe: Recipe | null;
  /** The visitor shops for it. */
  readonly chosen: boolean;
}

/** What is known of the recipes. */
export interface RecipesState {
  /** The newest first. */
  readonly requests: readonly RecipeRequest[];
  readonly loaded: boolean;
  readonly error: unknown;
}

/** What one asks for. */
export interface Wish {
  readonly wish: string;
  readonly servings?: number;
  readonly group_id?: string;
}

const EMPTY: RecipesState = { requests: [], loaded: false, error: undefined };

/** How many of the newest are shown. */
const SHOWN = 10;

/** The visitor's recipes. */
export class Recipes {
  readonly state: Store<RecipesState>;
  readonly #call: Call;
  readonly #set: (change: Partial<RecipesState>) => void;
  readonly #stops: readonly (() => void)[];
  readonly #reader = new SnapshotReader();
  readonly #removed = new Set<string>();

  constructor(client: Client, call: Call, user: string) {
    this.#call = call;
    const store = createStore<RecipesState>(EMPTY, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const channel = client.channel<{ RecipeProgress: Progress }>(`user:${user}`);
    this.#stops = [
      channel.on('RecipeProgress', (progress) => {
        this.#reader.hear();
        this.#apply(progress);
      }),
      channel.onGap(() => this.#load()),
      whenLive(client, channel, () => void this.#load()),
    ];
  }

  /** Asks for a recipe. @throws CallError `limit_reached` while another is being made. */
  async ask(wish: Wish, key: string): Promise<void> {
    const body = { ...wish, key };
    const request = await this.#call<RecipeRequest>('/kitchen/recipes', { body });
    this.#reader.hear();
    this.#put(request);
  }

  /** Cancels one that is being made, or removes one. @throws CallError */
  async remove(id: string): Promise<void> {
    await this.#call(pathOf(id), { method: 'DELETE' });
    this.#removed.add(id);
    this.#set({ requests: this.#now.requests.filter((request) => request.id !== id) });
  }

  /** Shops for a recipe and no other, or no more. @throws CallError */
  async choose(id: string, chosen: boolean): Promise<void> {
    await this.#call(`${pathOf(id)}/chosen`, { method: chosen ? 'PUT' : 'DELETE' });
    this.#reader.hear();
    const requests = this.#now.requests.map((request) => ({
      ...request,
      chosen: request.id === id ? chosen : request.chosen && !chosen,
    }));
    this.#set({ requests });
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  get #now(): RecipesState {
    return this.state.getSnapshot();
  }

  async #load(): Promise<void> {
    try {
      const read = await this.#reader.read(() =>
        this.#call<{ readonly recipes: readonly RecipeRequest[] }>(`/kitchen/recipes?limit=${SHOWN}`),
      );
      if (!read) return;
      const requests = read.recipes.filter(({ id }) => !this.#removed.has(id));
      this.#set({ requests, loaded: true, error: undefined });
    } catch (error) {
      this.#set({ error, loaded: true });
    }
  }

  #apply({ request_id: id, state, step, progress }: Progress): void {
    const known = this.#now.requests.find((request) => request.id === id);
    if (!known && state === 'cancelled') return;
    // The recipe itself, or one that was asked for in another window.
    if (state === 'done' || !known) void this.#read(id);
    else this.#put({ ...known, state, step, progress });
  }

  async #read(id: string): Promise<void> {
    try {
      this.#put(await this.#call<RecipeRequest>(pathOf(id)));
    } catch (error) {
      this.#set({ error });
    }
  }

  #put(request: RecipeRequest): void {
    if (this.#removed.has(request.id)) return;
    const { requests } = this.#now;
    const known = requests.find(({ id }) => id === request.id);
    // What has ended does not go on: an answer may be older than the events that have come.
    if (known && known.state !== 'running' && request.state === 'running') return;
    if (known && request.state === 'running' && known.progress > request.progress) return;
    this.#set({
      requests: known
        ? requests.map((each) => (each === known ? request : each))
        : [request, ...requests].toSorted((a, b) => Number(b.id) - Number(a.id)),
    });
  }
}

function pathOf(recipe: string): string {
  return `/kitchen/recipes/${encodeURIComponent(recipe)}`;
}
