import { type FormEvent, type KeyboardEvent, useId, useRef, useState } from 'react';
import { problemText } from '../../i18n/problem-text.ts';
import { isEventName, type JsonReading, numbered, readJson } from '../../live/check-input.ts';
import type { LiveSession } from '../../live/live-session.ts';
import { useI18n } from '../../shell/use-i18n.ts';
import { useStore } from '../../use-store.ts';
import { Field } from './field.tsx';

const BURST = 10;

/** Publishes one event, or ten at once. */
export function PublishForm({ session }: { readonly session: LiveSession }) {
  const { t } = useI18n();
  const form = useRef<HTMLFormElement>(null);
  const [event, setEvent] = useState('hello');
  const [data, setData] = useState('{"text": "Good news"}');
  /** Nothing is called wrong before it was tried. */
  const [tried, setTried] = useState(false);
  const id = useId();
  const reading = readJson(data);
  const faults = {
    event: tried && !isEventName(event) ? t.publish.badEvent : undefined,
    data: tried && !reading.ok ? `${badJson(reading)} ${t.publish.jsonHint}` : undefined,
  };

  function badJson({ line, column }: Exclude<JsonReading, { ok: true }>): string {
    return line && column ? t.publish.badJsonAt(line, column) : t.publish.badJson;
  }

  function publish(count: number) {
    const fine = reading.ok && isEventName(event);
    setTried(!fine);
    if (fine) void session.publish(event, count === 1 ? [reading.value] : numbered(reading.value, count));
  }

  const onSubmit = (submitted: FormEvent) => {
    submitted.preventDefault();
    publish(1);
  };
  const onKeyDown = (pressed: KeyboardEvent) => {
    if (pressed.key !== 'Enter' || pressed.shiftKey || pressed.nativeEvent.isComposing) return;
    pressed.preventDefault();
    form.current?.requestSubmit();
  };

  return (
    <form ref={form} className="publish-form" aria-label={t.publish.title} onSubmit={onSubmit} noValidate>
      <Field id={`${id}-event`} label={t.publish.event} error={faults.event}>
        {(described) => (
          <input
            id={`${id}-event`}
            className="mono"
            value={event}
            onChange={({ target }) => setEvent(target.value)}
            maxLength={80}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            {...described}
          />
        )}
      </Field>
      <Field id={`${id}-data`} label={t.publish.data} error={faults.data}>
        {(described) => (
          <textarea
            id={`${id}-data`}
            className="mono"
            rows={1}
            value={data}
            onChange={({ target }) => setData(target.value)}
            onKeyDown={onKeyDown}
            title={t.publish.hint}
            autoCapitalize="off"
            spellCheck={false}
            {...described}
          />
        )}
      </Field>
      <div className="publish-buttons">
        <button type="submit" className="primary">
          {t.publish.submit}
        </button>
        <button type="button" onClick={() => publish(BURST)}>
          {t.publish.ten}
        </button>
      </div>
      <PublishOutcome session={session} />
    </form>
  );
}

function PublishOutcome({ session }: { readonly session: LiveSession }) {
  const { t, format } = useI18n();
  const { published } = useStore(session.store);
  const text = () => {
    switch (published.state) {
      case 'none':
        return t.publish.hint;
      case 'sending':
        return t.publish.sending;
      case 'failed':
        return problemText(published.problem, t);
      case 'done': {
        const offsets = published.receipts.map(({ offset }) => offset);
        const [first, last] = [Math.min(...offsets), Math.max(...offsets)].map(format.number);
        if (offsets.length === 1) return t.publish.done(first ?? '');
        return t.publish.doneMany(offsets.length, first ?? '', last ?? '');
      }
    }
  };
  return (
    <p className="publish-outcome" role="status" data-state={published.state}>
      {text()}
    </p>
  );
}
