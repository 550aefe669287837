import { type FormEvent, type KeyboardEvent, useId, useRef, useState } from 'react';
import { Avatar } from '../../../shared/web/avatar.tsx';
import { type Kitchen, problemOf } from '../kitchen.ts';

const MAX_POST = 5000;

export interface WritePostProps {
  readonly kitchen: Kitchen;
  readonly onWrite: (content: string, key: string) => Promise<void>;
}

/** Writes a post. */
export function WritePost({ kitchen, onWrite }: WritePostProps) {
  const { t, page } = kitchen;
  const id = useId();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  // The same until it has got there, so that trying again has one effect.
  const key = useRef<string>(undefined);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '' || busy) return;
    setBusy(true);
    setProblem('');
    key.current ??= crypto.randomUUID();
    try {
      await onWrite(text, key.current);
      key.current = undefined;
      setText('');
    } catch (error) {
      setProblem(problemOf(kitchen, error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="kitchen-write" onSubmit={(event) => void submit(event)}>
      <Avatar id={page.user} name={page.name} />
      <label htmlFor={id} className="unseen">
        {t.feed.write}
      </label>
      <textarea
        id={id}
        rows={2}
        value={text}
        maxLength={MAX_POST}
        placeholder={t.feed.write}
        aria-describedby={`${id}-problem`}
        onChange={({ target }) => {
          setText(target.value);
          key.current = undefined;
        }}
        onKeyDown={sendByCtrlEnter}
      />
      <button type="submit" className="primary" disabled={busy || text.trim() === ''}>
        {t.feed.post}
      </button>
      <p id={`${id}-problem`} className="kitchen-problem" role="alert">
        {problem}
      </p>
    </form>
  );
}

/** Sends the form by Ctrl and Enter, as by its button. */
function sendByCtrlEnter(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}
