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

/** Who edits which cell, of the clients of this server: each of them one cell. */
export class EditingMarks<Client extends object> {
  readonly #options: EditingMarksOptions;
  readonly #marks = new Map<Client, Mark>();

  constructor(options: EditingMarksOptions) {
    this.#options = options;
  }

  /** Begins a mark, or renews it silently; a client that edited another cell has left that. */
  async start(client: Client, editor: Editor): Promise<void> {
    const before = this.#marks.get(client);
    before?.timer.cancel();
    const timer = this.#options.clock.after(this.#options.lease, () => this.endAll(client));
    const others = [...this.#marks].some(([other, mark]) => other !== client && isSame(mark, editor));
    this.#marks.set(client, { ...editor, timer });
    if (before && isSame(before, editor)) return;
    if (before) await this.#tellEnd(before);
    if (!others) await this.#options.tell(editor, true);
  }

  /** Ends a client's mark, if it stands at this cell. */
  async end(client: Client, place: CellPlace): Promise<void> {
    const mark = this.#marks.get(client);
    if (mark && isAt(mark, place)) await this.#drop(client, mark);
  }

  /** Ends a client's mark, wherever it stands. */
  endAll(client: Client): void {
    const mark = this.#marks.get(client);
    if (mark) this.#drop(client, mark).catch(this.#options.onError);
  }

  /** Who edits a week's cells, each once a cell. */
  at({ group, week }: Omit<CellPlace, 'cell'>): readonly Editor[] {
    const marks = [...this.#marks.values()].filter((mark) => mark.group === group && mark.week === week);
    return marks.filter((mark, index) => marks.findIndex((other) => isSame(other, mark)) === index);
  }

  /** Lets go of the timers. */
  close(): void {
    for (const { timer } of this.#marks.values()) timer.cancel();
    this.#marks.clear();
  }

  async #drop(client: Client, mark: Mark): Promise<void> {
    mark.timer.cancel();
    this.#marks.delete(client);
    await this.#tellEnd(mark);
  }

  /** Who has a second client at the same cell is still there. */
  async #tellEnd(mark: Mark): Promise<void> {
    if (![...this.#marks.values()].some((other) => isSame(other, mark)))
      await this.#options.tell(mark, false);
  }
}

function isSame(one: Editor, other: Editor): boolean {
  return one.user === other.user && isAt(one, other);
}

function isAt(one: CellPlace, other: CellPlace): boolean {
  return one.group === other.group && one.week === other.week && one.cell === other.cell;
}
