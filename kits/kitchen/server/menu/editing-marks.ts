import type { Tidings } from '@tidings/server/kit';
import type { CellPlace } from './menus.ts';

type Timer = ReturnType<Tidings['clock']['after']>;

/** Somebody who edits a cell. */
export interface Editor extends CellPlace {
  readonly user: string;
  readonly name: string;
}

interface Mark extends Editor {
  readonly timer: Timer;
}

export interface EditingMarksOptions {
  readonly clock: Tidings['clock'];
  /** Milliseconds after which a mark ends that is not renewed. */
  readonly lease: number;
  readonly tell: (editor: Editor, editing: boolean) => Promise<unknown>;
  /** The end of a mark could not be told. */
  readonly onError: (error: unknown) => void;
}

/**
 * A mark that is renewed for longer is told once more, milliseconds: who does not hear of it knows that the server which
 * would tell its end has died.
 */
export const TOLD_AGAIN_AFTER = 20_000;

/** Told, but perhaps not heard. */
const TRIED = Number.NEGATIVE_INFINITY;

/** Who edits which cell, of the clients of this server: each of them one cell. */
export class EditingMarks<Client extends object> {
  readonly #options: EditingMarksOptions;
  readonly #marks = new Map<Client, Mark>();
  /** The clients at each cell, by its editor. */
  readonly #clients = new Map<string, Set<Client>>();
  /** When each beginning was told last. */
  readonly #told = new Map<string, number>();
  /** What is being told of each editor. */
  readonly #telling = new Map<string, Promise<void>>();

  constructor(options: EditingMarksOptions) {
    this.#options = options;
  }

  /** Begins a mark, or renews it, mostly silently; a client that edited another cell has left that. */
  async start(client: Client, editor: Editor): Promise<void> {
    const before = this.#remove(client);
    const timer = this.#options.clock.after(this.#options.lease, () => this.endAll(client));
    this.#marks.set(client, { ...editor, timer });
    const key = keyOf(editor);
    const clients = this.#clients.get(key) ?? new Set();
    this.#clients.set(key, clients.add(client));
    if (before && keyOf(before) !== key) await this.#tell(before);
    await this.#tell(editor);
  }

  /** Ends a client's mark, if it stands at this cell. */
  async end(client: Client, { group, week, cell }: CellPlace): Promise<void> {
    const mark = this.#marks.get(client);
    if (!mark || mark.group !== group || mark.week !== week || mark.cell !== cell) return;
    this.#remove(client);
    await this.#tell(mark);
  }

  /** Ends a client's mark, wherever it stands. */
  endAll(client: Client): void {
    const mark = this.#remove(client);
    if (mark) this.#tell(mark).catch(this.#options.onError);
  }

  /** Lets go of the timers. */
  close(): void {
    for (const { timer } of this.#marks.values()) timer.cancel();
    this.#marks.clear();
    this.#clients.clear();
  }

  #remove(client: Client): Mark | undefined {
    const mark = this.#marks.get(client);
    if (!mark) return undefined;
    mark.timer.cancel();
    this.#marks.delete(client);
    const key = keyOf(mark);
    const clients = this.#clients.get(key);
    clients?.delete(client);
    if (clients?.size === 0) this.#clients.delete(key);
    return mark;
  }

  /** Tells how it stands with an editor, unless that is known: one word after the other, so that the last one is true. */
  #tell(editor: Editor): Promise<void> {
    const key = keyOf(editor);
    const before = this.#telling.get(key)?.catch(() => {});
    const telling = Promise.resolve(before)
      .then(() => this.#tellNow(key, editor))
      .finally(() => {
        if (this.#telling.get(key) === telling) this.#telling.delete(key);
      });
    this.#telling.set(key, telling);
    return telling;
  }

  async #tellNow(key: string, editor: Editor): Promise<void> {
    if (!this.#clients.has(key)) {
      // Also of a beginning that may have been told.
      if (this.#told.delete(key)) await this.#options.tell(editor, false);
      return;
    }
    const now = this.#options.clock.now();
    if (now - (this.#told.get(key) ?? TRIED) < TOLD_AGAIN_AFTER) return;
    this.#told.set(key, TRIED);
    await this.#options.tell(editor, true);
    this.#told.set(key, now);
  }
}

/** Names an editor at a cell. */
export function keyOf({ group, week, cell, user }: Editor): string {
  return JSON.stringify([group, week, cell, user]);
}
