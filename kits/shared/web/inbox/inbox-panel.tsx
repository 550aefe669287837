import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { KitPageProps } from '../kit-page.ts';
import { agoText } from '../time-text.ts';
import type { Inbox, Notice } from './inbox.ts';
import { type CategoryNames, InboxSettings } from './inbox-settings.tsx';
import { INBOX_TEXTS } from './texts.ts';

export interface InboxPanelProps {
  readonly id: string;
  readonly page: KitPageProps;
  readonly inbox: Inbox;
  readonly categories: CategoryNames;
  readonly onClose: () => void;
  readonly onOpen: (notice: Notice) => void;
}

/** The list of notifications. What it shows has been seen. */
export function InboxPanel({ id, page, inbox, categories, onClose, onOpen }: InboxPanelProps) {
  const { language, problemText } = page;
  const t = INBOX_TEXTS[language];
  const { notices, unread, next, loaded, error } = useSyncExternalStore(
    inbox.state.subscribe,
    inbox.state.getSnapshot,
  );
  const [settings, setSettings] = useState(false);
  const panel = useRef<HTMLElement>(null);
  const unseen = notices.filter(({ seen }) => !seen).map((notice) => notice.id);
  const key = unseen.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same ids are the same list.
  useEffect(() => inbox.seen(unseen), [inbox, key]);
  useEffect(() => panel.current?.focus(), []);
  useEffect(() => {
    const onPointer = ({ target }: PointerEvent) => {
      const inside = target instanceof Element && target.closest('.inbox') !== null;
      if (!inside) onClose();
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [onClose]);

  return (
    <section
      ref={panel}
      id={id}
      className="inbox-panel"
      aria-label={t.title}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header>
        <h2>{t.title}</h2>
        {unread > 0 ? (
          <button type="button" className="inbox-plain" onClick={() => inbox.readAll()}>
            {t.readAll}
          </button>
        ) : null}
        <button type="button" className="inbox-plain" onClick={onClose} aria-label={t.close}>
          ✕
        </button>
      </header>
      {error === undefined ? null : (
        <p className="inbox-problem" role="alert">
          {problemText(error)}
        </p>
      )}
      {loaded && notices.length === 0 ? <p className="inbox-empty">{t.empty}</p> : null}
      <ol>
        {notices.map((notice) => (
          <li key={notice.id} className="inbox-notice" data-type={notice.type} data-read={notice.read}>
            <button type="button" className="inbox-open" onClick={() => onOpen(notice)}>
              <b>
                {notice.read ? null : <span className="unseen">{t.unread}: </span>}
                {notice.title}
              </b>
              {notice.message === notice.title ? null : <span>{notice.message}</span>}
              <time dateTime={notice.timestamp}>{agoText(Date.parse(notice.timestamp), language)}</time>
            </button>
            <button
              type="button"
              className="inbox-plain"
              onClick={() => inbox.archive(notice.id)}
              aria-label={`${t.archive}: ${notice.title}`}
            >
              ✕
            </button>
          </li>
        ))}
      </ol>
      {next === undefined ? null : (
        <button type="button" onClick={() => void inbox.more()}>
          {t.more}
        </button>
      )}
      <details open={settings} onToggle={({ currentTarget }) => setSettings(currentTarget.open)}>
        <summary>{t.settings}</summary>
        {settings ? <InboxSettings page={page} categories={categories} /> : null}
      </details>
    </section>
  );
}
