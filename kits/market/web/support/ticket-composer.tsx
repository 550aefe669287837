import { useTyping } from '@tidings/react';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import type { Market } from '../market.ts';

export interface TicketComposerProps {
  readonly market: Market;
  /** The ticket. */
  readonly id: number;
  readonly onSend: (text: string) => void;
}

/** Characters that a message may have. */
const LONGEST = 4000;

/** Writing: Enter sends, Shift+Enter begins a new line. */
export function TicketComposer({ market: { t }, id, onSend }: TicketComposerProps) {
  const [text, setText] = useState('');
  const typing = useTyping(`support:${id}`);
  const change = (next: string) => {
    setText(next);
    if (next.trim() === '') typing.stop();
    else typing.start();
  };
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    const trimmed = text.trim();
    if (trimmed === '') return;
    typing.stop();
    onSend(trimmed);
    setText('');
  };
  return (
    <form className="market-composer" onSubmit={submit}>
      <textarea
        rows={1}
        value={text}
        maxLength={LONGEST}
        placeholder={t.support.write}
        aria-label={t.support.write}
        enterKeyHint="send"
        autoComplete="off"
        dir="auto"
        onChange={({ target }) => change(target.value)}
        onKeyDown={(event) => {
          // Enter also ends what an input method is composing.
          if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
        }}
      />
      <button type="submit" className="primary" disabled={text.trim() === ''}>
        {t.support.send}
      </button>
    </form>
  );
}
