import { useState } from 'react';
import { moneyText } from '../../../shared/web/money.ts';
import { PageLink } from '../../../shared/web/page-link.tsx';
import { timeText } from '../../../shared/web/time-text.ts';
import type { Offer } from '../../events.ts';
import { addressOf } from '../address-of.ts';
import { attempt, type Market } from '../market.ts';
import type { Offers } from './offers.ts';

export interface OfferListProps {
  readonly market: Market;
  readonly offers: Offers;
  readonly shown: readonly Offer[];
}

/** Bids and asks of the visitor's. */
export function OfferList({ market, offers, shown }: OfferListProps) {
  return (
    <ul className="market-offers">
      {shown.map((offer) => (
        <OfferRow key={offer.id} market={market} offers={offers} offer={offer} />
      ))}
    </ul>
  );
}

interface OfferRowProps {
  readonly market: Market;
  readonly offers: Offers;
  readonly offer: Offer;
}

function OfferRow({ market, offers, offer }: OfferRowProps) {
  const { page, t } = market;
  const { language } = page;
  const [busy, setBusy] = useState(false);
  const { id, side, product_id: product, product_name: name, size, status } = offer;
  const sized = size === '' ? name : `${name} · ${t.sneaker.sizeOf(size)}`;
  const cancel = async () => {
    setBusy(true);
    await attempt(market, () => offers.cancel(offer));
    setBusy(false);
  };
  return (
    <li data-offer={id} data-status={status}>
      <span className="market-side" data-side={side}>
        {t.offers.sides[side]}
      </span>
      <b>{moneyText(offer, language)}</b>
      <PageLink href={addressOf({ product, size: size === '' ? undefined : size })}>{sized}</PageLink>
      {status === 'open' ? (
        <>
          <span className="market-hint">{t.offers.expires(timeText(offer.expires, language))}</span>
          <button type="button" disabled={busy} onClick={() => void cancel()}>
            {t.offers.cancel}
            <span className="unseen">: {sized}</span>
          </button>
        </>
      ) : (
        <span className="market-hint">
          {offer.match_id === null ? (
            t.offers.states[status]
          ) : (
            <PageLink href={addressOf({ order: offer.match_id })}>{t.offers.states[status]}</PageLink>
          )}
          {offer.ended === null ? null : `, ${timeText(offer.ended, language)}`}
        </span>
      )}
    </li>
  );
}
