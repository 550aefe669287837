import { useState } from 'react';
import { Avatar } from '../../shared/web/avatar.tsx';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import { LinkedText } from '../../shared/web/linked-text.tsx';
import type { Message } from '../events.ts';
import type { Row } from './rows.ts';
import type { Texts } from './texts/texts.ts';
import { TEXTS } from './texts.ts';
import { briefText, clockText } from './times.ts';
import type { Unsent } from './unsent.ts';

export interface MessageRowProps {
  readonly row: Extract<Row, { kind: 'message' | 'unsent' }>;
  readonly page: KitPageProps;
  readonly onEdit: (message: Message) => void;
  readonly onDelete: (message: Message) => void;
  readonly onRetry: (unsent: Unsent) => void;
  readonly onDiscard: (unsent: Unsent) => void;
}

/** From here on it is worth saying that a message was written before it was sent, milliseconds. */
const LATE = 120_000;

/** One message: there, on its way, or refused. */
export function MessageRow({ row, page, ...acts }: MessageRowProps) {
  if (row.kind === 'unsent') return <UnsentRow row={row} page={page} {...acts} />;
  return <SentRow row={row} page={page} {...acts} />;
}

type Kind<K extends Row['kind']> = Extract<Row, { kind: K }>;

interface SentRowProps extends Pick<MessageRowProps, 'page' | 'onEdit' | 'onDelete'> {
  readonly row: Kind<'message'>;
}

function SentRow({ row: { message, own, first }, page: { language }, onEdit, onDelete }: SentRowProps) {
  const t = TEXTS[language];
  const { seq, user, name, timestamp, sentAt, deleted, editedAt } = message;
  const at = Date.parse(timestamp);
  const written = Date.parse(sentAt);
  return (
    <li className="rooms-message" data-own={own} data-first={first} data-seq={seq} data-state="sent">
      {own || !first ? null : <Avatar id={user} name={name} />}
      <div className="rooms-bubble">
        <p className={own || !first ? 'unseen' : 'rooms-author'}>{own ? t.you : name}</p>
        {deleted ? (
          <p className="rooms-deleted">{t.deleted}</p>
        ) : (
          <p className="rooms-text" dir="auto">
            <LinkedText text={message.message} />
          </p>
        )}
        <p className="rooms-meta">
          {at - written > LATE ? <span>{t.writtenAt(briefText(written, language))} · </span> : null}
          {editedAt === undefined || deleted ? null : <span>{t.edited} · </span>}
          <time dateTime={timestamp} title={new Date(at).toLocaleString(language)}>
            {clockText(at, language)}
          </time>
          {own ? <Mark d="M3.5 8.5 6.5 11.5 12.5 4.5" name={t.sent} /> : null}
        </p>
      </div>
      {own && !deleted ? (
        <OwnActions t={t} onEdit={() => onEdit(message)} onDelete={() => onDelete(message)} />
      ) : null}
    </li>
  );
}

interface OwnActionsProps {
  readonly t: Texts;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

/** What one may do with one's own message. */
function OwnActions({ t, onEdit, onDelete }: OwnActionsProps) {
  const [open, setOpen] = useState(false);
  const [sure, setSure] = useState(false);
  const close = () => {
    setOpen(false);
    setSure(false);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes what the button opens.
    <div
      className="rooms-own"
      data-open={open}
      onKeyDown={({ key }) => {
        if (key === 'Escape') close();
      }}
    >
      {open ? (
        <>
          <button
            type="button"
            onClick={() => {
              close();
              onEdit();
            }}
          >
            {t.edit}
          </button>
          <button
            type="button"
            className="danger"
            onClick={() => {
              if (!sure) {
                setSure(true);
                return;
              }
              close();
              onDelete();
            }}
          >
            {sure ? t.removeSure : t.remove}
          </button>
        </>
      ) : null}
      <button
        type="button"
        className="rooms-own-open"
        aria-expanded={open}
        aria-label={open ? t.close : t.actions}
        onClick={() => (open ? close() : setOpen(true))}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d={open ? 'M4 4l8 8M12 4l-8 8' : 'M3.5 8h.01M8 8h.01M12.5 8h.01'} />
        </svg>
      </button>
    </div>
  );
}

interface UnsentRowProps extends Pick<MessageRowProps, 'page' | 'onRetry' | 'onDiscard'> {
  readonly row: Kind<'unsent'>;
}

function UnsentRow({ row: { unsent, first }, page, onRetry, onDiscard }: UnsentRowProps) {
  const { language, problemText } = page;
  const t = TEXTS[language];
  const { data, at, error } = unsent;
  return (
    <li
      className="rooms-message"
      data-own="true"
      data-first={first}
      data-state={error === undefined ? 'waiting' : 'failed'}
    >
      <div className="rooms-bubble">
        <p className="unseen">{t.you}</p>
        <p className="rooms-text" dir="auto">
          <LinkedText text={data.message} />
        </p>
        <p className="rooms-meta">
          <time dateTime={new Date(at).toISOString()}>{clockText(at, language)}</time>
          {error === undefined ? (
            <Mark d="M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M8 5v3.2l2 1.3" name={t.waiting} />
          ) : (
            <Mark d="M8 3.5v5M8 11.5v.2" name={t.failed} />
          )}
        </p>
        {error === undefined ? null : (
          <div className="rooms-failed" role="alert">
            <p>
              <b>{t.failed}.</b> {problemText(error)}
            </p>
            <div className="rooms-actions">
              <button type="button" onClick={() => onRetry(unsent)}>
                {t.retry}
              </button>
              <button type="button" className="danger" onClick={() => onDiscard(unsent)}>
                {t.discard}
              </button>
            </div>
          </div>
        )}
      </div>
    </li>
  );
}

function Mark({ d, name }: { readonly d: string; readonly name: string }) {
  return (
    <svg className="rooms-mark" viewBox="0 0 16 16" role="img" aria-label={name}>
      <title>{name}</title>
      <path d={d} />
    </svg>
  );
}
