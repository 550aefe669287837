import { useState } from 'react';
import { moneyText } from '../../shared/web/money.ts';
import { PageLink } from '../../shared/web/page-link.tsx';
import { useParameter } from '../../shared/web/use-parameter.ts';
import type { MyMatchCreated } from '../events.ts';
import { addressOf } from './address-of.ts';
import type { Market } from './market.ts';

export interface MatchBannerProps {
  readonly market: Market;
  /** The newest match of the visitor's since the page was opened. */
  readonly match: MyMatchCreated | undefined;
}

/** Says that the visitor has bought or sold, until they have seen it. It is always there, so that it is read out. */
export function MatchBanner({ market: { page, t }, match }: MatchBannerProps) {
  const [closed, setClosed] = useState<number>();
  const opened = useParameter('order');
  // Who has gone to the order knows.
  if (match && String(match.order_id) === opened && closed !== match.match_id) setClosed(match.match_id);
  const shown = match && match.match_id !== closed ? match : undefined;
  return (
    <div role="status">
      {shown ? (
        <section className="market-match" key={shown.match_id} data-role={shown.role}>
          <div>
            <h2>
              <svg viewBox="0 0 20 20" aria-hidden="true">
                <path d="M11.5 2 4 11.5h4.5L7.5 18 16 8h-5z" />
              </svg>
              {isInstant(shown) ? t.place.instant : t.place.match}
            </h2>
            <p className="market-match-price">{t.place[shown.role](moneyText(shown, page.language))}</p>
            <p>
              {shown.product_name}
              {shown.size === '' ? null : ` · ${t.sneaker.sizeOf(shown.size)}`}
            </p>
            <p>
              {t.place.created}{' '}
              <PageLink href={addressOf({ order: shown.order_id })}>{t.place.toOrder}</PageLink>
            </p>
          </div>
          <button type="button" aria-label={t.close} onClick={() => setClosed(shown.match_id)}>
            ✕
          </button>
        </section>
      ) : null}
    </div>
  );
}

/** Whether it was made by what the visitor has just placed, and not by what somebody else has. */
function isInstant({ role, taker }: MyMatchCreated): boolean {
  return (role === 'buyer') === (taker === 'bid');
}
