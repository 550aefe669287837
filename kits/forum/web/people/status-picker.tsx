import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useValue } from '../../../shared/web/use-made.ts';
import { useSubmit } from '../../../shared/web/use-submit.ts';
import type { Status } from '../../events.ts';
import { type Forum, problemOf } from '../forum.ts';
import type { Myself } from './me.ts';

const STATUSES: readonly Status[] = ['online', 'away', 'busy', 'invisible'];
const MAX_TEXT = 140;

/** How the visitor is seen, and changing it. */
export function StatusPicker({ forum, myself }: { readonly forum: Forum; readonly myself: Myself }) {
  const { t } = forum;
  const me = useValue(myself.state);
  const box = useRef<HTMLDetailsElement>(null);
  const [open, setOpen] = useState(false);
  const { busy, problem, submit } = useSubmit((error) => problemOf(forum, error));

  useEffect(() => {
    if (!open) return;
    const onPress = ({ target }: PointerEvent) => {
      if (!box.current?.contains(target as Node)) setOpen(false);
    };
    const onKey = ({ key }: KeyboardEvent) => {
      if (key !== 'Escape') return;
      setOpen(false);
      box.current?.querySelector('summary')?.focus();
    };
    addEventListener('pointerdown', onPress);
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('pointerdown', onPress);
      removeEventListener('keydown', onKey);
    };
  }, [open]);

  if (!me) return null;
  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const status = String(fields.get('status')) as Status;
    const text = String(fields.get('text') ?? '').trim();
    if (await submit(() => myself.setStatus(status, text))) setOpen(false);
  };
  return (
    <details
      ref={box}
      className="forum-status"
      open={open}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>
        <span className="forum-dot" data-status={me.status} />
        <span className="unseen">{t.yourStatus}: </span>
        {t.statuses[me.status]}
      </summary>
      {open ? (
        <form className="forum-status-form forum-form" onSubmit={(event) => void save(event)}>
          <fieldset>
            <legend className="unseen">{t.yourStatus}</legend>
            {STATUSES.map((each) => (
              <label key={each}>
                <input type="radio" name="status" value={each} defaultChecked={each === me.status} />
                <span className="forum-dot" data-status={each} />
                <span>
                  {t.statuses[each]}
                  {each === 'invisible' ? <span className="forum-hint">{t.invisibleHint}</span> : null}
                </span>
              </label>
            ))}
          </fieldset>
          <label>
            {t.statusText}
            <input name="text" maxLength={MAX_TEXT} defaultValue={me.text} autoComplete="off" />
          </label>
          <p className="forum-problem" role="alert">
            {problem}
          </p>
          <button type="submit" className="primary" disabled={busy}>
            {t.save}
          </button>
        </form>
      ) : null}
    </details>
  );
}
