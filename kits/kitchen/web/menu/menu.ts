/**
 * A household's menu of one week, which its members edit together: of each cell the last writer wins, and whoever loses
 * words by it is shown them.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Static } from 'typebox';
import type { Call } from '../../../shared/web/call.ts';
import { SnapshotReader } from '../../../shared/web/snapshot-reader.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { MenuCellChanged, MenuEditing } from '../../events.ts';

type Changed = Static<typeof MenuCellChanged>;
type Editing = Static<typeof MenuEditing>;

/** What a cell says. */
export type MenuCell = Pick<Changed, 'text' | 'version' | 'user_id' | 'user_name'>;

/** Words that were written over by somebody who had not seen them. */
export interface Conflict {
  /** The words that are gone. */
  readonly lost: string;
  /** Whose they were. */
  readonly by: { readonly id: string; readonly name: string };
  /** Who wrote over them. */
  readonly over: { readonly id: string; readonly name: string };
}

/** What the page shows. */
export interface MenuState {
  /** By day and meal: `mon-dinner`. */
  readonly cells: ReadonlyMap<string, MenuCell>;
  /** Who edits a cell beside the visitor: names by their ids, by cell. */
  readonly editors: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly conflicts: ReadonlyMap<string, Conflict>;
  /** What the visitor has written and the server has not taken yet. */
  readonly waiting: ReadonlyMap<string, string>;
  readonly loaded: boolean;
  readonly error: unknown;
}

interface Snapshot {
  readonly cells: readonly (MenuCell & { readonly cell: string })[];
  readonly editing: readonly Pick<Editing, 'cell' | 'user_id' | 'user_name'>[];
}

const EMPTY: MenuState = {
  cells: new Map(),
  editors: new Map(),
  conflicts: new Map(),
  waiting: new Map(),
  loaded: false,
  error: undefined,
};

/** How often a mark is renewed while somebody edits, milliseconds; it ends after 10 seconds without. */
const RENEWAL = 4000;

/** Where a menu is. */
export interface MenuPlace {
  readonly group: string;
  readonly week: string;
}

/** The menu of one week. */
export class Menu {
  readonly state: Store<MenuState>;
  readonly #client: Client;
  readonly #call: Call;
  readonly #user: string;
  readonly #place: MenuPlace;
  readonly #set: (change: Partial<MenuState>) => void;
  readonly #stops: readonly (() => void)[];
  readonly #reader = new SnapshotReader();
  #renewal: ReturnType<typeof setInterval> | undefined;
  #edited: string | undefined;

  constructor(client: Client, call: Call, user: string, place: MenuPlace) {
    this.#client = client;
    this.#call = call;
    this.#user = user;
    this.#place = place;
    const store = createStore<MenuState>(EMPTY, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const group = client.channel<{ MenuCellChanged: Changed }>(`group:${place.group}`);
    const marks = client.channel<{ MenuEditing: Editing }>(`menu:${place.group}`);
    this.#stops = [
      group.on('MenuCellChanged', (changed) => this.#apply(changed)),
      marks.on('MenuEditing', (editing) => {
        this.#reader.hear();
        this.#mark(editing);
      }),
      group.onGap(() => this.#load()),
      // Marks have no past: after a cut they are read again.
      marks.onGap(() => this.#load()),
      whenLive(client, marks, () => void this.#load()),
    ];
  }

  /** Says that the visitor edits a cell, until {@link leave}. */
  edit(cell: string): void {
    this.leave();
    this.#edited = cell;
    this.#say(cell, true);
    this.#renewal = setInterval(() => this.#say(cell, true), RENEWAL);
  }

  /** The visitor edits no cell. */
  leave(): void {
    clearInterval(this.#renewal);
    if (this.#edited !== undefined) this.#say(this.#edited, false);
    this.#edited = undefined;
  }

  /**
   * Writes a cell; without a connection it is kept and sent later. @param version the one that the writer has seen.
   *
   * @throws ClientError
   */
  async write(cell: string, text: string, version: number): Promise<void> {
    this.dismiss(cell);
    this.#set({ waiting: new Map(this.#now.waiting).set(cell, text) });
    try {
      this.#apply(await this.#client.command<Changed>('menu.set', { ...this.#place, cell, text, version }));
    } finally {
      const waiting = new Map(this.#now.waiting);
      // Another may have been written meanwhile.
      if (waiting.get(cell) === text) waiting.delete(cell);
      this.#set({ waiting });
    }
  }

  /** What a cell says, and the version of that: 0 where nobody has written. */
  cell(cell: string): MenuCell | undefined {
    return this.#now.cells.get(cell);
  }

  /** Writes the words again that were lost. @throws ClientError */
  async takeBack(cell: string): Promise<void> {
    const conflict = this.#now.conflicts.get(cell);
    if (conflict) await this.write(cell, conflict.lost, this.cell(cell)?.version ?? 0);
  }

  /** Lets a conflict be. */
  dismiss(cell: string): void {
    if (!this.#now.conflicts.has(cell)) return;
    const conflicts = new Map(this.#now.conflicts);
    conflicts.delete(cell);
    this.#set({ conflicts });
  }

  close(): void {
    this.leave();
    for (const stop of this.#stops) stop();
  }

  get #now(): MenuState {
    return this.state.getSnapshot();
  }

  async #load(): Promise<void> {
    const { group, week } = this.#place;
    try {
      const read = await this.#reader.read(() =>
        this.#call<Snapshot>(`/kitchen/menus/${encodeURIComponent(group)}/${encodeURIComponent(week)}`),
      );
      if (!read) return;
      const { cells, editing } = read;
      const merged = new Map(this.#now.cells);
      for (const { cell, ...read } of cells)
        if ((merged.get(cell)?.version ?? 0) < read.version) merged.set(cell, read);
      this.#set({ cells: merged, editors: new Map(), loaded: true, error: undefined });
      for (const editor of editing) this.#mark({ ...editor, ...this.#where, editing: true });
    } catch (error) {
      this.#set({ error, loaded: true });
    }
  }

  get #where() {
    return { group_id: this.#place.group, week: this.#place.week };
  }

  #apply({ week, cell, text, version, user_id, user_name, overwritten }: Changed): void {
    if (week !== this.#place.week || (this.cell(cell)?.version ?? 0) > version) return;
    const cells = new Map(this.#now.cells).set(cell, { text, version, user_id, user_name });
    this.#set({ cells });
    if (!overwritten || overwritten.user_id === user_id) return;
    // Whose words are gone may want them back; whoever wrote over them ought to know.
    if (overwritten.user_id !== this.#user && user_id !== this.#user) return;
    const conflict: Conflict = {
      lost: overwritten.text,
      by: { id: overwritten.user_id, name: overwritten.user_name },
      over: { id: user_id, name: user_name },
    };
    this.#set({ conflicts: new Map(this.#now.conflicts).set(cell, conflict) });
  }

  #mark({ week, cell, user_id: user, user_name: name, editing }: Omit<Editing, 'group_id'>): void {
    if (week !== this.#place.week || user === this.#user) return;
    const editors = new Map(this.#now.editors);
    const here = new Map(editors.get(cell));
    if (editing) here.set(user, name);
    else here.delete(user);
    editors.set(cell, here);
    this.#set({ editors });
  }

  #say(cell: string, editing: boolean): void {
    // A mark is worth nothing later.
    this.#client
      .command('menu.editing', { ...this.#place, cell, editing }, { offline: false })
      .catch(() => {});
  }
}
