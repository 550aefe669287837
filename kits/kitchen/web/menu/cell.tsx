import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { attempt, type Kitchen } from '../kitchen.ts';
import type { Conflict, Menu, MenuState } from './menu.ts';
import type { Meal } from './weeks.ts';

const MAX_TEXT = 500;

export interface CellProps {
  readonly kitchen: Kitchen;
  readonly menu: Menu;
  readonly state: MenuState;
  /** `mon-dinner`. */
  readonly id: string;
  /** The day in words. */
  readonly day: string;
  readonly meal: Meal;
}

/** What is being written, and the version that it began from. */
interface Draft {
  readonly text: string;
  readonly from: number;
}

/** A cell of the menu. It is edited where it stands; Enter or leaving it writes it, Escape does not. */
export function Cell({ kitchen, menu, state, id, day, meal }: CellProps) {
  const { t } = kitchen;
  const [draft, setDraft] = useState<Draft>();
  const button = useRef<HTMLButtonElement>(null);
  const back = useRef(false);
  const begun = useRef<Draft>(undefined);
  const cell = state.cells.get(id);
  const waiting = state.waiting.get(id);
  const text = waiting ?? cell?.text ?? '';
  const version = cell?.version ?? 0;
  const editors = [...(state.editors.get(id)?.values() ?? [])];
  const conflict = state.conflicts.get(id);
  const label = `${day}, ${t.menu.meals[meal]}`;
  const editing = draft !== undefined;

  useEffect(() => {
    if (editing || !back.current) return;
    back.current = false;
    button.current?.focus();
  }, [editing]);

  const begin = () => {
    begun.current = { text, from: version };
    setDraft(begun.current);
    menu.edit(id);
  };
  const end = (write: boolean, byKeyboard: boolean) => {
    const began = begun.current;
    // A field that goes loses the focus, and so ends twice.
    if (!draft || !began) return;
    begun.current = undefined;
    back.current = byKeyboard;
    setDraft(undefined);
    menu.leave();
    const written = draft.text.trim();
    // What was not changed is not written over what came meanwhile.
    if (write && written !== began.text) void attempt(kitchen, () => menu.write(id, written, began.from));
  };

  return (
    <div
      className="kitchen-cell"
      data-cell={id}
      data-edited={editors.length > 0}
      data-empty={text === ''}
      data-waiting={waiting !== undefined}
    >
      <span className="kitchen-meal" aria-hidden="true">
        {t.menu.meals[meal]}
      </span>
      {draft ? (
        <>
          <textarea
            // biome-ignore lint/a11y/noAutofocus: the visitor has just asked to write here.
            autoFocus
            rows={2}
            value={draft.text}
            maxLength={MAX_TEXT}
            aria-label={label}
            onFocus={({ target }) => target.setSelectionRange(target.value.length, target.value.length)}
            onChange={({ target }) => setDraft({ ...draft, text: target.value })}
            onBlur={() => end(true, false)}
            onKeyDown={(event: KeyboardEvent) => {
              if (event.key === 'Enter' && !event.shiftKey) {
                event.preventDefault();
                end(true, true);
              } else if (event.key === 'Escape') end(false, true);
            }}
          />
          {version === draft.from ? null : (
            <p className="kitchen-meanwhile" role="status">
              {t.menu.meanwhile(cell?.user_name ?? '', text)}
            </p>
          )}
        </>
      ) : (
        <button
          ref={button}
          type="button"
          className="kitchen-cell-text"
          aria-label={`${label}: ${text || t.menu.empty}`}
          onClick={begin}
        >
          {text || <span aria-hidden="true">+</span>}
        </button>
      )}
      {editors.length === 0 ? null : (
        <p className="kitchen-editors" role="status">
          {t.menu.editing(editors)}
        </p>
      )}
      {conflict ? <Lost kitchen={kitchen} menu={menu} id={id} conflict={conflict} /> : null}
    </div>
  );
}

interface LostProps {
  readonly kitchen: Kitchen;
  readonly menu: Menu;
  readonly id: string;
  readonly conflict: Conflict;
}

/** Words that were written over, and the way back. */
function Lost({ kitchen, menu, id, conflict }: LostProps) {
  const { t, page } = kitchen;
  const own = conflict.by.id === page.user;
  return (
    <div className="kitchen-conflict" role="alert">
      <p>
        {own ? t.menu.lost(conflict.over.name) : t.menu.replaced(conflict.by.name)}
        <q>{conflict.lost || t.menu.empty}</q>
      </p>
      <button type="button" onClick={() => void attempt(kitchen, () => menu.takeBack(id))}>
        {own ? t.menu.takeBack : t.menu.giveBack}
      </button>
      <button
        type="button"
        className="kitchen-quiet"
        aria-label={t.menu.leave}
        onClick={() => menu.dismiss(id)}
      >
        ✕
      </button>
    </div>
  );
}
