/**
 * The visitor's goals, the same on all their devices.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Static } from 'typebox';
import type { Call } from '../../../shared/web/call.ts';
import { SnapshotReader } from '../../../shared/web/snapshot-reader.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { GoalAchieved, GoalChanged } from '../../events.ts';

type Changed = Static<typeof GoalChanged>;

/** A goal. */
export interface Goal extends Omit<Changed, 'goal_id' | 'deleted'> {
  readonly id: string;
}

/** What the page shows. */
export interface GoalsState {
  /** The newest first. */
  readonly goals: readonly Goal[];
  /** Ids of those that were achieved while the page was open. */
  readonly celebrated: ReadonlySet<string>;
  readonly loaded: boolean;
  readonly error: unknown;
}

const EMPTY: GoalsState = { goals: [], celebrated: new Set(), loaded: false, error: undefined };

/** The visitor's goals. */
export class Goals {
  readonly state: Store<GoalsState>;
  readonly #call: Call;
  readonly #set: (change: Partial<GoalsState>) => void;
  readonly #stops: readonly (() => void)[];
  readonly #reader = new SnapshotReader();

  constructor(client: Client, call: Call, user: string) {
    this.#call = call;
    const store = createStore<GoalsState>(EMPTY, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const channel = client.channel<{ GoalChanged: Changed; GoalAchieved: Static<typeof GoalAchieved> }>(
      `user:${user}`,
    );
    this.#stops = [
      channel.on('GoalChanged', ({ goal_id: id, deleted, ...goal }) => {
        this.#reader.hear();
        if (deleted) this.#drop(id);
        else this.#put({ id, ...goal });
      }),
      channel.on('GoalAchieved', ({ goal_id: id }) =>
        this.#set({ celebrated: new Set(this.#now.celebrated).add(id) }),
      ),
      channel.onGap(() => this.#load()),
      whenLive(client, channel, () => void this.#load()),
    ];
  }

  /** Sets a goal. @param key the same when it is tried again. @throws CallError */
  async create(fields: Pick<Goal, 'title' | 'target' | 'unit'>, key: string): Promise<void> {
    const body = { ...fields, key };
    this.#put(await this.#reader.act(() => this.#call<Goal>('/kitchen/goals', { body })));
  }

  /** Adds to the progress; less than 0 takes back. What it comes to is told by an event. @throws CallError */
  async add(id: string, by: number, key: string): Promise<void> {
    await this.#call(`${pathOf(id)}/progress`, { body: { by, key } });
  }

  /** @throws CallError */
  async remove(id: string): Promise<void> {
    await this.#reader.act(() => this.#call(pathOf(id), { method: 'DELETE' }));
    this.#drop(id);
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  get #now(): GoalsState {
    return this.state.getSnapshot();
  }

  async #load(): Promise<void> {
    try {
      const read = await this.#reader.read(() =>
        this.#call<{ readonly goals: readonly Goal[] }>('/kitchen/goals'),
      );
      if (read) this.#set({ goals: read.goals, loaded: true, error: undefined });
    } catch (error) {
      this.#set({ error, loaded: true });
    }
  }

  #put(goal: Goal | undefined): void {
    if (!goal) return;
    const { goals } = this.#now;
    const known = goals.some(({ id }) => id === goal.id);
    this.#set({ goals: known ? goals.map((each) => (each.id === goal.id ? goal : each)) : [goal, ...goals] });
  }

  #drop(id: string): void {
    this.#set({ goals: this.#now.goals.filter((goal) => goal.id !== id) });
  }
}

function pathOf(goal: string): string {
  return `/kitchen/goals/${encodeURIComponent(goal)}`;
}
