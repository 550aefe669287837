import { useTyping } from '@tidings/react';
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useSubmit } from '../../../shared/web/use-submit.ts';
import type { Person, Post, Posted } from '../../events.ts';
import { type Forum, problemOf } from '../forum.ts';
import { draftOf } from './draft.ts';
import { type Mention, mentionAt } from './mention-at.ts';
import type { Uploads } from './uploads.ts';
import { usePeopleSearch } from './use-people-search.ts';

export interface ComposerProps {
  readonly forum: Forum;
  readonly thread: string;
  /** The post that is answered. */
  readonly replyTo: Post | undefined;
  /** The post that is being changed; `undefined` where a new one is written. */
  readonly editing: Post | undefined;
  readonly uploads: Uploads;
  readonly onSend: (content: string) => void;
  readonly onEdited: (post: Post) => void;
  readonly onCancel: () => void;
}

/** Characters that a server takes unless it is told otherwise. */
const MAX_POST = 4000;

/** Writing: Ctrl+Enter posts. What is not sent yet is there again after a reload. */
export function Composer({
  forum,
  thread,
  replyTo,
  editing,
  uploads,
  onSend,
  onEdited,
  onCancel,
}: ComposerProps) {
  const { t, call, page } = forum;
  const id = useId();
  const draft = draftOf(page.user, thread);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(editing?.content ?? draft.recall());
  const [mention, setMention] = useState<Mention>();
  const [chosen, setChosen] = useState(0);
  const found = usePeopleSearch(call, mention?.words);
  const typing = useTyping(`thread:${thread}`);
  const { busy, problem, changed, submit } = useSubmit((error) => problemOf(forum, error));
  const trimmed = text.trim();
  const tooLong = trimmed.length > MAX_POST;

  useEffect(() => {
    if (replyTo || editing) field.current?.focus();
  }, [replyTo, editing]);

  const change = (next: string, caret: number) => {
    setText(next);
    changed();
    setMention(mentionAt(next, caret));
    setChosen(0);
    if (editing) return;
    draft.keep(next);
    if (next.trim() === '') typing.stop();
    else typing.start();
  };
  const insert = ({ user_id }: Person) => {
    if (!mention) return;
    const before = `${text.slice(0, mention.start)}@${user_id} `;
    change(before + text.slice(mention.end), before.length);
    setMention(undefined);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(before.length, before.length);
    });
  };
  const send = async () => {
    if (trimmed === '' || tooLong) return;
    if (editing) {
      const path = `/forum/threads/${encodeURIComponent(thread)}/posts/${editing.seq}`;
      await submit(async (key) => {
        const { post } = await call<Posted>(path, { method: 'PATCH', body: { content: trimmed }, key });
        onEdited(post);
      });
      return;
    }
    typing.stop();
    onSend(trimmed);
    setText('');
    setMention(undefined);
    draft.keep('');
    field.current?.focus();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void send();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // Enter also ends what an input method is composing.
    if (event.nativeEvent.isComposing) return;
    const { key } = event;
    if (key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void send();
      return;
    }
    if (mention && found.length > 0) {
      const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
      const person = found[chosen];
      if (step !== 0) setChosen((chosen + step + found.length) % found.length);
      else if ((key === 'Enter' || key === 'Tab') && person) insert(person);
      else if (key === 'Escape') setMention(undefined);
      else return;
      event.preventDefault();
      return;
    }
    if (key === 'Escape' && (editing || replyTo)) onCancel();
  };
  const listed = mention !== undefined && found.length > 0;

  return (
    <form className="forum-composer" onSubmit={onSubmit}>
      {editing || replyTo ? (
        <p className="forum-answering">
          <span>{editing ? t.editing : t.replyTo(replyTo?.username ?? '')}</span>
          <button type="button" className="forum-quiet" onClick={onCancel}>
            {t.cancel}
          </button>
        </p>
      ) : null}
      {listed ? (
        <div className="forum-mentions" id={`${id}-people`} role="listbox" aria-label={t.mentions}>
          {found.map((person, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus, and its keys choose.
            <div
              key={person.user_id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === chosen}
              tabIndex={-1}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => insert(person)}
            >
              <b>{person.username}</b> <span className="forum-hint">@{person.user_id}</span>
            </div>
          ))}
        </div>
      ) : null}
      <textarea
        ref={field}
        rows={2}
        value={text}
        placeholder={t.write}
        aria-label={t.write}
        aria-describedby={`${id}-hint`}
        aria-invalid={tooLong}
        aria-autocomplete="list"
        aria-controls={listed ? `${id}-people` : undefined}
        aria-activedescendant={listed ? `${id}-${chosen}` : undefined}
        autoComplete="off"
        dir="auto"
        onChange={({ target }) => change(target.value, target.selectionStart)}
        onKeyDown={onKeyDown}
        onBlur={() => setMention(undefined)}
      />
      <p className="forum-problem" role="alert">
        {problem}
      </p>
      <div className="forum-composer-row">
        <button type="button" className="forum-attach" onClick={() => picker.current?.click()}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M13 7.5 7.8 12.7a3 3 0 0 1-4.3-4.3l5.6-5.5a2 2 0 0 1 2.8 2.8L6.5 11.1a1 1 0 0 1-1.4-1.4L10 4.8" />
          </svg>
          <span>{t.attach}</span>
        </button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label={t.attach}
          onChange={({ target }) => {
            uploads.add(target.files ?? []);
            target.value = '';
          }}
        />
        <p id={`${id}-hint`} className="forum-write-hint" data-wrong={tooLong}>
          {tooLong ? t.tooLong(trimmed.length, MAX_POST) : t.writeHint}
        </p>
        <button type="submit" className="primary" disabled={busy || trimmed === '' || tooLong}>
          {editing ? t.save : t.post}
        </button>
      </div>
    </form>
  );
}
