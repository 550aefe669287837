import { PageLink } from '../../../shared/web/page-link.tsx';
import { agoText } from '../../../shared/web/time-text.ts';
import { useNow } from '../../../shared/web/use-now.ts';
import type { Ticket } from '../../events.ts';
import { addressOf } from '../address-of.ts';
import type { Market } from '../market.ts';

export interface TicketListProps {
  readonly market: Market;
  readonly heading: string;
  readonly tickets: readonly Ticket[];
  /** The one that is open. */
  readonly selected: number | undefined;
}

/** How often "3 minutes ago" is written anew, milliseconds. */
const MINUTE = 60_000;

/** Conversations, each a link to it. */
export function TicketList({ market: { page, t }, heading, tickets, selected }: TicketListProps) {
  const now = useNow(MINUTE);
  return (
    <section className="market-panel">
      <h2>{heading}</h2>
      <ul>
        {tickets.map(
          ({ ticket_id: id, user_id: user, user_name: name, subject, status, unread, updated }) => (
            <li key={id}>
              <PageLink
                href={addressOf({ ticket: id })}
                className="market-ticket"
                aria-current={id === selected ? 'true' : undefined}
              >
                <b>{subject}</b>
                <span className="market-hint">
                  {user === page.user ? null : `${name} · `}
                  {t.support.states[status]} · {agoText(updated, page.language, Math.max(now, updated))}
                </span>
                {unread === 0 ? null : (
                  <span className="market-count">
                    <span aria-hidden="true">{unread}</span>
                    <span className="unseen">{t.support.unread(unread)}</span>
                  </span>
                )}
              </PageLink>
            </li>
          ),
        )}
      </ul>
    </section>
  );
}
