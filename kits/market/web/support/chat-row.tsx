import { LinkedText } from '../../../shared/web/linked-text.tsx';
import { timeText } from '../../../shared/web/time-text.ts';
import type { ChatMessage } from '../../events.ts';
import { type Market, problemOf } from '../market.ts';
import type { Unsent } from './ticket-log.ts';

export interface ChatRowProps {
  readonly market: Market;
  readonly message: ChatMessage;
  readonly own: boolean;
  /** The other side has read it. */
  readonly seen: boolean;
}

/** A message of a conversation. */
export function ChatRow({ market: { page, t }, message, own, seen }: ChatRowProps) {
  const { name, from, text, at, timestamp } = message;
  return (
    <li className="market-message" data-own={own}>
      <p className="market-message-head">
        <b>{own ? t.support.you : name}</b>
        {from === 'agent' && !own ? <span>{t.support.agent}</span> : null}{' '}
        <time dateTime={timestamp}>{timeText(at, page.language)}</time>
        {seen ? <span>{t.support.seen}</span> : null}
      </p>
      <p className="market-message-text" dir="auto">
        <LinkedText text={text} />
      </p>
    </li>
  );
}

export interface UnsentRowProps {
  readonly market: Market;
  readonly unsent: Unsent;
  readonly onRetry: () => void;
  readonly onDiscard: () => void;
}

/** A message that is on its way, or was refused. */
export function UnsentRow({ market, unsent, onRetry, onDiscard }: UnsentRowProps) {
  const { t } = market;
  const { text, error } = unsent;
  return (
    <li className="market-message" data-own="true" data-unsent={error === undefined ? 'waiting' : 'failed'}>
      <p className="market-message-head">
        <b>{t.support.you}</b>{' '}
        <span>{error === undefined ? t.support.waiting : problemOf(market, error)}</span>
      </p>
      <p className="market-message-text" dir="auto">
        {text}
      </p>
      {error === undefined ? null : (
        <div className="market-actions">
          <button type="button" onClick={onRetry}>
            {t.support.retry}
          </button>
          <button type="button" onClick={onDiscard}>
            {t.support.discard}
          </button>
        </div>
      )}
    </li>
  );
}
