import { useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import { toast } from 'sonner';
import type { KitPageProps } from '../kit-page.ts';
import { Inbox, type Notice } from './inbox.ts';
import './inbox.css';
import { InboxPanel } from './inbox-panel.tsx';
import type { CategoryNames } from './inbox-settings.tsx';
import { INBOX_TEXTS } from './texts.ts';
import { useVisibility } from './use-visibility.ts';

export interface InboxButtonProps {
  readonly page: KitPageProps;
  /** What the kit tells of, as the visitor calls it; each can be turned off. */
  readonly categories: CategoryNames;
  /** Told of each notification that comes while the page is open, such as to ring for it. */
  readonly onNew?: (notice: Notice) => void;
  /** Goes to what a notification is about. */
  readonly onOpen: (url: string) => void;
}

/** The bell: how many notifications wait, and the panel that lists them. New ones are shown as toasts. */
export function InboxButton({ page, categories, onNew, onOpen }: InboxButtonProps) {
  const { client, user, language } = page;
  const t = INBOX_TEXTS[language];
  const [shown, setShown] = useState(false);
  const panel = useId();
  const button = useRef<HTMLButtonElement>(null);
  const latest = useRef({ onNew, onOpen, t, shown });
  latest.current = { onNew, onOpen, t, shown };
  const [inbox, setInbox] = useState<Inbox>();
  useVisibility(client);

  useEffect(() => {
    const made = new Inbox(client, user, (notice) => {
      // A page that is hidden has its pushes; when it comes back, the list is there.
      if (document.visibilityState !== 'visible') return;
      latest.current.onNew?.(notice);
      if (!latest.current.shown) showToast(notice, latest.current, made);
      made.seen([notice.id]);
    });
    setInbox(made);
    return () => made.close();
  }, [client, user]);

  const close = () => {
    setShown(false);
    button.current?.focus();
  };

  return (
    <div className="inbox">
      <button
        ref={button}
        type="button"
        className="inbox-button"
        aria-expanded={shown}
        aria-controls={panel}
        onClick={() => setShown(!shown)}
      >
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M10 2.5a5 5 0 0 0-5 5v3.2L3.5 13.5h13L15 10.7V7.5a5 5 0 0 0-5-5M8.3 16a1.8 1.8 0 0 0 3.4 0" />
        </svg>
        {inbox ? <Unread inbox={inbox} name={t.button} /> : <span className="unseen">{t.title}</span>}
      </button>
      {shown && inbox ? (
        <InboxPanel
          id={panel}
          page={page}
          inbox={inbox}
          categories={categories}
          onClose={close}
          onOpen={(notice) => {
            inbox.read(notice.id);
            if (notice.url === undefined) return;
            close();
            onOpen(notice.url);
          }}
        />
      ) : null}
    </div>
  );
}

function Unread({ inbox, name }: { readonly inbox: Inbox; readonly name: (unread: number) => string }) {
  const { unread } = useSyncExternalStore(inbox.state.subscribe, inbox.state.getSnapshot);
  return (
    <>
      <span className="unseen">{name(unread)}</span>
      {unread > 0 ? (
        <span className="inbox-count" aria-hidden="true">
          {unread > MANY ? `${MANY}+` : unread}
        </span>
      ) : null}
    </>
  );
}

/** More than this is not counted on the button. */
const MANY = 99;

/** How long a toast stays, milliseconds. */
const TOAST = 10_000;

function showToast(
  notice: Notice,
  { onOpen, t }: Pick<InboxButtonProps, 'onOpen'> & { readonly t: (typeof INBOX_TEXTS)['en'] },
  inbox: Inbox,
): void {
  const { id, type, title, message, url } = notice;
  toast[type](title, {
    id,
    duration: TOAST,
    ...(message === title ? {} : { description: message }),
    ...(url === undefined
      ? {}
      : {
          action: {
            label: t.open,
            onClick: () => {
              inbox.read(id);
              onOpen(url);
            },
          },
        }),
  });
}
