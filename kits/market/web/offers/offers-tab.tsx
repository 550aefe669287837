import { useValue } from '../../../shared/web/use-made.ts';
import { type Market, problemOf } from '../market.ts';
import { OfferList } from './offer-list.tsx';
import type { Offers } from './offers.ts';

export interface OffersTabProps {
  readonly market: Market;
  readonly offers: Offers;
}

/** What the visitor offers, and what has become of what they offered. */
export function OffersTab({ market, offers }: OffersTabProps) {
  const { t } = market;
  const state = useValue(offers.state);
  const open = state.offers.filter(({ status }) => status === 'open');
  const ended = state.offers.filter(({ status }) => status !== 'open');
  return (
    <div className="market-lists" aria-busy={!state.loaded}>
      {state.error === undefined ? null : (
        <p className="market-problem" role="alert">
          {problemOf(market, state.error)}
        </p>
      )}
      {state.loaded && state.offers.length === 0 ? <p className="market-none">{t.offers.none}</p> : null}
      {open.length > 0 ? (
        <section className="market-panel">
          <h2>{t.offers.open}</h2>
          <OfferList market={market} offers={offers} shown={open} />
        </section>
      ) : null}
      {ended.length > 0 ? (
        <section className="market-panel">
          <h2>{t.offers.ended}</h2>
          <OfferList market={market} offers={offers} shown={ended} />
        </section>
      ) : null}
      {state.next.bid === undefined && state.next.ask === undefined ? null : (
        <button type="button" className="market-more" onClick={() => void offers.more()}>
          {t.more}
        </button>
      )}
    </div>
  );
}
