import { memo } from 'react';
import { moneyText } from '../../../shared/web/money.ts';
import { PageLink } from '../../../shared/web/page-link.tsx';
import type { PriceDrop, Product } from '../../events.ts';
import { addressOf } from '../address-of.ts';
import { LivePrice } from '../live-price.tsx';
import type { Market } from '../market.ts';
import { Picture } from '../picture.tsx';

export interface ProductCardProps {
  readonly market: Market;
  readonly product: Product;
  /** It came while the page was open. */
  readonly arrived: boolean;
  /** Its place among the most popular, from 1; 0 when it is none of them, or that is not shown. */
  readonly rank: number;
  /** Its newest drop. */
  readonly drop: PriceDrop | undefined;
  /** That came while the page was open. */
  readonly dropped: boolean;
  readonly watched: boolean;
}

/** A product and its best prices. A price that moves draws one card anew, however many there are. */
export const ProductCard = memo(function ProductCard({
  market,
  product,
  arrived,
  rank,
  drop,
  dropped,
  watched,
}: ProductCardProps) {
  const { page, t } = market;
  const { id, name, brand, currency } = product;
  const { language } = page;
  // A price that has risen since is no bargain any more.
  const cheap = drop && product.lowest_ask_amount !== null && product.lowest_ask_amount < drop.old_amount;
  return (
    <li className="market-card" data-product={id} data-arrived={arrived} data-dropped={dropped}>
      <Picture id={id} image={product.image} />
      <p className="market-badges">
        {rank > 0 ? <span title={t.browse.popular}>#{rank}</span> : null}
        {arrived ? <span data-kind="new">{t.browse.isNew}</span> : null}
        {cheap ? <span data-kind="drop">{t.browse.dropped}</span> : null}
        {watched ? <span>{t.watch.badge}</span> : null}
        {product.halted ? <span data-kind="halted">{t.sneaker.haltedBadge}</span> : null}
      </p>
      {brand === null ? null : <p className="market-hint">{brand}</p>}
      <h2>
        <PageLink className="market-card-open" href={addressOf({ product: id })}>
          {name}
        </PageLink>
      </h2>
      <dl className="market-card-prices">
        <div>
          <dt>{t.sneaker.ask}</dt>
          <dd data-side="ask">
            <LivePrice amount={product.lowest_ask_amount} currency={currency} language={language} />
            {cheap ? <s>{moneyText({ amount: drop.old_amount, currency }, language)}</s> : null}
          </dd>
        </div>
        <div>
          <dt>{t.sneaker.bid}</dt>
          <dd data-side="bid">
            <LivePrice amount={product.highest_bid_amount} currency={currency} language={language} />
          </dd>
        </div>
      </dl>
      <p className="market-hint">
        {product.last_sale_amount === null
          ? t.browse.neverSold
          : `${t.sneaker.lastSale}: ${moneyText({ amount: product.last_sale_amount, currency }, language)}`}
      </p>
    </li>
  );
});
