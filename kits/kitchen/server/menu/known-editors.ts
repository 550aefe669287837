import type { ChannelEvent, Static, Tidings } from '@tidings/server/kit';
import type { MenuEditing } from '../../events.ts';
import { type Editor, keyOf } from './editing-marks.ts';
import type { CellPlace } from './menus.ts';

type Timer = ReturnType<Tidings['clock']['after']>;

interface Known {
  readonly editor: Editor;
  /** Runs while the server that would tell the end is another one. */
  readonly timer: Timer | undefined;
}

export interface KnownEditorsOptions {
  readonly clock: Tidings['clock'];
  /** How long an editor of another server is known who is not told again, milliseconds. */
  readonly ttl: number;
  /** Tells that somebody edits no more, whose server has died; every server does, under the same key. */
  readonly tell: (editor: Editor, key: string) => Promise<unknown>;
  /** That could not be told. */
  readonly onError: (error: unknown) => void;
}

/** Who edits which cell, of the clients of all servers, as it was told since this one began. */
export class KnownEditors {
  readonly #options: KnownEditorsOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: KnownEditorsOptions) {
    this.#options = options;
  }

  /** Somebody edits, or no more. @param own this server has said so */
  heard(event: ChannelEvent, own: boolean): void {
    const { clock, ttl, tell, onError } = this.#options;
    const { group_id, week, cell, user_id, user_name, editing } = event.data as Static<typeof MenuEditing>;
    const editor: Editor = { group: group_id, week, cell, user: user_id, name: user_name };
    const key = keyOf(editor);
    this.#known.get(key)?.timer?.cancel();
    this.#known.delete(key);
    if (!editing) return;
    const end = () => {
      this.#known.delete(key);
      tell(editor, `end ${event.id}`).catch(onError);
    };
    this.#known.set(key, { editor, timer: own ? undefined : clock.after(ttl, end) });
  }

  /** Who edits a week's cells, each once a cell. */
  at({ group, week }: Omit<CellPlace, 'cell'>): readonly Editor[] {
    return [...this.#known.values()]
      .map(({ editor }) => editor)
      .filter((editor) => editor.group === group && editor.week === week);
  }

  /** Lets go of the timers. */
  close(): void {
    for (const { timer } of this.#known.values()) timer?.cancel();
    this.#known.clear();
  }
}
