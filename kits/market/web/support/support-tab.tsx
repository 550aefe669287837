import { goTo } from '../../../shared/web/go-to.ts';
import { useValue } from '../../../shared/web/use-made.ts';
import { useParameter } from '../../../shared/web/use-parameter.ts';
import type { Ticket } from '../../events.ts';
import { addressOf } from '../address-of.ts';
import { isAgent } from '../is-agent.ts';
import { type Market, problemOf } from '../market.ts';
import { OpenTicket } from './open-ticket.tsx';
import { TicketChat } from './ticket-chat.tsx';
import { TicketList } from './ticket-list.tsx';
import type { Tickets } from './tickets.ts';

export interface SupportTabProps {
  readonly market: Market;
  readonly tickets: Tickets;
  /** The id of the one that the address names. */
  readonly selected: string | undefined;
}

/** The support: the visitor's conversations with it; for who answers, those that wait. */
export function SupportTab({ market, tickets, selected }: SupportTabProps) {
  const { page, t } = market;
  const agent = isAgent(page.token);
  const about = useParameter('about');
  const { tickets: all, loaded, error } = useValue(tickets.state);
  const shown = all.find(({ ticket_id: id }) => String(id) === selected);
  const others = all.filter((ticket) => agent && ticket.user_id !== page.user);
  const own = all.filter(({ user_id: user }) => user === page.user);
  const queue = others.filter(({ status }) => status === 'open').toReversed();
  const taken = others.filter(({ status, agent_id: by }) => status === 'taken' && by === page.user);
  const rest = others.filter((ticket) => !queue.includes(ticket) && !taken.includes(ticket));
  const list = (tickets: readonly Ticket[], heading: string) =>
    tickets.length === 0 ? null : (
      <TicketList market={market} tickets={tickets} heading={heading} selected={shown?.ticket_id} />
    );
  return (
    <div className="market-support" data-open={shown !== undefined} aria-busy={!loaded}>
      <div className="market-tickets">
        {error === undefined ? null : (
          <p className="market-problem" role="alert">
            {problemOf(market, error)}
          </p>
        )}
        {agent && queue.length === 0 ? <p className="market-hint">{t.support.queueNone}</p> : null}
        {list(queue, t.support.queue)}
        {list(taken, t.support.taken)}
        {list(own, t.support.own)}
        {list(rest, t.support.others)}
        <OpenTicket
          // Asked for from an order, it is about that.
          key={about}
          market={market}
          tickets={tickets}
          about={about}
          first={loaded && own.length === 0 && !agent}
          onOpened={(id) => goTo(addressOf({ ticket: id }))}
        />
      </div>
      {shown ? (
        <TicketChat
          key={shown.ticket_id}
          market={market}
          tickets={tickets}
          ticket={shown}
          side={shown.user_id === page.user ? 'user' : 'agent'}
        />
      ) : (
        <p className="market-none market-pick">{t.support.pick}</p>
      )}
    </div>
  );
}
