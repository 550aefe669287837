import { usePresence, useTyping } from '@tidings/react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { PageLink } from '../../../shared/web/page-link.tsx';
import { useMade, useValue } from '../../../shared/web/use-made.ts';
import type { Ticket } from '../../events.ts';
import { addressOf } from '../address-of.ts';
import { attempt, type Market, problemOf } from '../market.ts';
import { ChatRow, UnsentRow } from './chat-row.tsx';
import { TicketComposer } from './ticket-composer.tsx';
import { TicketLog } from './ticket-log.ts';
import type { Tickets } from './tickets.ts';

export interface TicketChatProps {
  readonly market: Market;
  readonly tickets: Tickets;
  readonly ticket: Ticket;
  /** On which side of it the visitor is. */
  readonly side: 'user' | 'agent';
}

/** A conversation. */
export function TicketChat({ market, tickets, ticket, side }: TicketChatProps) {
  const { page, call, t } = market;
  const { client } = page;
  const { ticket_id: id, subject, status, order_id: order } = ticket;
  const log = useMade(
    () => new TicketLog({ client, call, id, onTicket: (update) => tickets.heard(update) }),
    [client, call, id, tickets],
  );
  const act = (what: 'take' | 'close') => void attempt(market, () => tickets.act(id, what));
  return (
    <section className="market-panel market-chat" aria-label={subject}>
      <header>
        <PageLink className="market-back" href={addressOf({ tab: 'support' })}>
          ← {t.support.back}
        </PageLink>
        <h2>{subject}</h2>
        <p className="market-hint">
          {side === 'agent' ? `${ticket.user_name} · ` : null}
          {statusText(market, ticket)}
          {order === null ? null : (
            <>
              {' · '}
              {side === 'user' ? (
                <PageLink href={addressOf({ order })}>{t.orders.number(String(order))}</PageLink>
              ) : (
                t.orders.number(String(order))
              )}
            </>
          )}{' '}
          <Here market={market} ticket={ticket} side={side} />
        </p>
        <div className="market-actions">
          {side === 'agent' && status === 'open' ? (
            <button type="button" className="primary" onClick={() => act('take')}>
              {t.support.take}
            </button>
          ) : null}
          {status === 'closed' ? null : (
            <button type="button" onClick={() => act('close')}>
              {t.support.finish}
            </button>
          )}
        </div>
      </header>
      {log ? <Conversation market={market} tickets={tickets} ticket={ticket} side={side} log={log} /> : null}
      {status !== 'closed' && log ? (
        <TicketComposer market={market} id={id} onSend={(text) => log.send(text)} />
      ) : null}
    </section>
  );
}

function statusText({ t }: Market, { status, agent_name: agent }: Ticket): string {
  if (status === 'taken' && agent !== null) return t.support.answeredBy(agent);
  return t.support.states[status];
}

interface ConversationProps extends TicketChatProps {
  readonly log: TicketLog;
}

function Conversation({ market, tickets, ticket, side, log }: ConversationProps) {
  const { page, t } = market;
  const { ticket_id: id, subject, unread } = ticket;
  const { messages, older, read, unsent, loaded, error } = useValue(log.state);
  const list = useRef<HTMLOListElement>(null);
  const [end, setEnd] = useState(true);
  const last = messages.at(-1)?.seq ?? 0;
  const waiting = unsent.filter(({ key }) => !messages.some(({ client_id: client }) => client === key));
  // The newest stays in view where it was in view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever is new makes it longer.
  useLayoutEffect(() => {
    if (end && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [end, last, waiting.length]);
  const visible = useVisible();
  useEffect(() => {
    // What it was not told it will be told again: there is nothing to do about a failure.
    if (visible && end && unread > 0 && last > 0) tickets.read(id, last).catch(() => {});
  }, [visible, end, unread, last, id, tickets]);
  return (
    <>
      {error === undefined ? null : (
        <p className="market-problem" role="alert">
          {problemOf(market, error)}
        </p>
      )}
      <ol
        ref={list}
        className="market-messages"
        role="log"
        aria-label={t.support.log(subject)}
        aria-busy={!loaded}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled can be so from the keyboard.
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
          setEnd(scrollHeight - scrollTop - clientHeight <= NEAR)
        }
      >
        {older ? (
          <li>
            <button type="button" onClick={() => void log.older()}>
              {t.support.older}
            </button>
          </li>
        ) : null}
        {messages.map((message) => (
          <ChatRow
            key={message.seq}
            market={market}
            message={message}
            own={message.user_id === page.user}
            seen={message.from === side && read[side === 'user' ? 'agent' : 'user'] >= message.seq}
          />
        ))}
        {waiting.map((each) => (
          <UnsentRow
            key={each.key}
            market={market}
            unsent={each}
            onRetry={() => log.retry(each)}
            onDiscard={() => log.discard(each.key)}
          />
        ))}
      </ol>
      <Typing market={market} ticket={ticket} side={side} />
    </>
  );
}

/** So close to the end is at the end, pixels. */
const NEAR = 40;

type SideProps = Pick<TicketChatProps, 'market' | 'ticket' | 'side'>;

/** Whether the other side has the conversation before them. */
function Here({ market: { page, t }, ticket, side }: SideProps) {
  const { members } = usePresence(ticket.channel);
  const other = members.some(({ user }) => user !== page.user);
  return other ? <span className="market-looking">{t.support.here[side]}</span> : null;
}

function Typing({ market: { page, t }, ticket, side }: SideProps) {
  const { users } = useTyping(ticket.channel);
  const other = users.some((user) => user !== page.user);
  const name = side === 'user' ? (ticket.agent_name ?? t.support.agent) : ticket.user_name;
  return (
    <p className="market-typing" role="status">
      {other ? t.support.typing(name) : null}
    </p>
  );
}

function useVisible(): boolean {
  const [visible, setVisible] = useState(() => document.visibilityState === 'visible');
  useEffect(() => {
    const look = () => setVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return visible;
}
