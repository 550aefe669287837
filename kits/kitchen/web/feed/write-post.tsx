import { type FormEvent, type KeyboardEvent, useId, useState } from 'react';
import { Avatar } from '../../../shared/web/avatar.tsx';
import type { Kitchen } from '../kitchen.ts';
import { useSubmit } from '../use-submit.ts';

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
  const { busy, problem, changed, submit } = useSubmit(kitchen);
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '' && (await submit((key) => onWrite(text, key)))) setText('');
  };

  return (
    <form className="kitchen-write" onSubmit={(event) => void onSubmit(event)}>
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
          changed();
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
