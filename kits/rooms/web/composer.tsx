import { useTyping } from '@tidings/react';
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import type { Message } from '../events.ts';
import { composerId } from './composer-id.ts';
import { TEXTS } from './texts.ts';

export interface ComposerProps {
  readonly page: KitPageProps;
  readonly roomId: string;
  /** The message that is being changed; `undefined` where a new one is written. */
  readonly editing: Message | undefined;
  readonly onSend: (text: string) => void;
  readonly onEdit: (message: Message, text: string) => void;
  readonly onCancel: () => void;
  /** The visitor wants to change what they wrote last. */
  readonly onEditLast: () => void;
}

/** Characters that a server takes unless it is told otherwise. */
const MAX_MESSAGE = 4000;

/** Writing: Enter sends, Shift+Enter begins a new line. What is not sent yet is there again after a reload. */
export function Composer({ page, roomId, editing, onSend, onEdit, onCancel, onEditLast }: ComposerProps) {
  const { language } = page;
  const t = TEXTS[language];
  const place = `tidings.rooms.draft:${page.user}:${roomId}`;
  const hint = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(editing?.message ?? recallDraft(place));
  const typing = useTyping(`room:${roomId}`);
  const trimmed = text.trim();
  const tooLong = trimmed.length > MAX_MESSAGE;

  useEffect(() => {
    if (!editing) return;
    field.current?.focus();
    field.current?.setSelectionRange(editing.message.length, editing.message.length);
  }, [editing]);

  const change = (next: string) => {
    setText(next);
    if (editing) return;
    keepDraft(place, next);
    if (next.trim() === '') typing.stop();
    else typing.start();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (trimmed === '' || tooLong) return;
    if (editing) {
      if (trimmed === editing.message) onCancel();
      else onEdit(editing, trimmed);
      return;
    }
    typing.stop();
    onSend(trimmed);
    setText('');
    keepDraft(place, '');
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // Enter also ends what an input method is composing.
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) submit(event);
    else if (event.key === 'Escape' && editing) onCancel();
    else if (event.key === 'ArrowUp' && text === '' && !editing) {
      event.preventDefault();
      onEditLast();
    }
  };

  return (
    <form className="rooms-composer" onSubmit={submit}>
      {editing ? (
        <p className="rooms-editing">
          {t.editing}
          <button type="button" onClick={onCancel}>
            {t.cancel}
          </button>
        </p>
      ) : null}
      <textarea
        ref={field}
        id={composerId(roomId)}
        rows={1}
        value={text}
        placeholder={t.write}
        aria-label={t.write}
        aria-describedby={hint}
        aria-invalid={tooLong}
        enterKeyHint="send"
        autoComplete="off"
        dir="auto"
        onChange={({ target }) => change(target.value)}
        onKeyDown={onKeyDown}
      />
      <button
        type="submit"
        className="primary"
        aria-label={editing ? t.save : t.send}
        disabled={trimmed === '' || tooLong}
      >
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d={editing ? 'M4 10.5 8.5 15 16 6' : 'M3 10 17 4l-4 13-3.5-5zM9.5 12 17 4'} />
        </svg>
      </button>
      <p id={hint} className="rooms-write-hint" data-wrong={tooLong} role={tooLong ? 'alert' : undefined}>
        {tooLong ? t.tooLong(trimmed.length, MAX_MESSAGE) : t.writeHint}
      </p>
    </form>
  );
}

function recallDraft(place: string): string {
  try {
    return sessionStorage.getItem(place) ?? '';
  } catch {
    return '';
  }
}

function keepDraft(place: string, text: string): void {
  try {
    if (text === '') sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, text);
  } catch {
    // Storage may be forbidden or full.
  }
}
