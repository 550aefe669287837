import { usePresence } from '@tidings/react';
import { type ReactNode, useEffect, useState } from 'react';
import { goTo } from '../../../shared/web/go-to.ts';
import { moneyText } from '../../../shared/web/money.ts';
import { PageLink } from '../../../shared/web/page-link.tsx';
import { useMade, useValue } from '../../../shared/web/use-made.ts';
import { useParameter } from '../../../shared/web/use-parameter.ts';
import type { MyMatchCreated, ProductState, SizeState } from '../../events.ts';
import { addressOf } from '../address-of.ts';
import { LivePrice } from '../live-price.tsx';
import { type Market, problemOf } from '../market.ts';
import { OfferList } from '../offers/offer-list.tsx';
import type { Offers } from '../offers/offers.ts';
import { Picture } from '../picture.tsx';
import { Depth } from './depth.tsx';
import { PlaceForm } from './place-form.tsx';
import { PriceChart } from './price-chart.tsx';
import { SizePicker } from './size-picker.tsx';
import { Sneaker, type SneakerState } from './sneaker.ts';
import { Trades } from './trades.tsx';
import { WatchForm } from './watch-form.tsx';
import type { Watches } from './watches.ts';

export interface SneakerViewProps {
  readonly market: Market;
  readonly id: string;
  readonly offers: Offers;
  readonly watches: Watches;
  readonly onMatch: (match: MyMatchCreated) => void;
}

/** One product: its market by size, and a place in it. */
export function SneakerView({ market, id, ...parts }: SneakerViewProps) {
  const { page, call, t } = market;
  const sneaker = useMade(() => new Sneaker(page.client, call, id), [page.client, call, id]);
  return (
    <article className="market-sneaker" aria-busy={sneaker === undefined}>
      <PageLink className="market-back" href={addressOf({})}>
        ← {t.sneaker.back}
      </PageLink>
      {sneaker ? <Loaded market={market} sneaker={sneaker} {...parts} /> : null}
    </article>
  );
}

interface LoadedProps extends Omit<SneakerViewProps, 'id'> {
  readonly sneaker: Sneaker;
}

function Loaded({ market, sneaker, ...parts }: LoadedProps) {
  const { t } = market;
  const state = useValue(sneaker.state);
  const { product, removed, error } = state;
  if (removed) return <p className="market-none">{t.sneaker.gone}</p>;
  if (!product)
    return error === undefined ? (
      <p className="market-none" aria-busy="true">
        {t.loading}
      </p>
    ) : (
      <p className="market-none" role="alert">
        {codeOf(error) === 'not_found' ? t.sneaker.gone : problemOf(market, error)}
      </p>
    );
  return <Shown market={market} sneaker={sneaker} state={state} product={product} {...parts} />;
}

interface ShownProps extends LoadedProps {
  readonly state: SneakerState;
  readonly product: ProductState;
}

function Shown({ market, sneaker, state, product, offers, watches, onMatch }: ShownProps) {
  const { page, t } = market;
  const { language } = page;
  const { id, currency } = product;
  const named = useParameter('size');
  const own = useValue(offers.state).offers.filter(
    (offer) => offer.product_id === id && offer.status === 'open',
  );
  // Chosen once: prices that come and go do not change the size before the visitor's eyes.
  const [first] = useState(() => busiest(product)?.size);
  const of = (wanted: string | undefined) => product.by_size.find((each) => each.size === wanted);
  const size = of(named) ?? of(first) ?? product.by_size[0];
  const shown = size?.size;
  useEffect(() => {
    if (shown !== undefined) void sneaker.show(shown);
  }, [sneaker, shown]);
  const text = (amount: number | null) => (amount === null ? '—' : moneyText({ amount, currency }, language));
  return (
    <>
      <header className="market-sneaker-head">
        <Picture id={id} image={product.image} />
        <div>
          {product.brand === null ? null : <p className="market-hint">{product.brand}</p>}
          <h2>{product.name}</h2>
          <p className="market-hint">
            {product.retail_amount === null ? null : t.browse.retail(text(product.retail_amount))}{' '}
            <Looking market={market} id={id} />
          </p>
        </div>
      </header>
      {product.halted ? (
        <p className="market-halted" role="status">
          {t.sneaker.halted}
        </p>
      ) : null}
      {size === undefined ? (
        <p className="market-none">{t.sneaker.noSizes}</p>
      ) : (
        <div className="market-columns">
          <div className="market-trade">
            {product.by_size.length > 1 ? (
              <SizePicker
                market={market}
                product={product}
                size={size.size}
                onPick={(next) => goTo(addressOf({ product: id, size: next }))}
              />
            ) : null}
            <section className="market-tiles" aria-label={t.sneaker.price}>
              <Tile side="bid" label={t.sneaker.bid}>
                <LivePrice
                  key={size.size}
                  amount={size.highest_bid_amount}
                  currency={currency}
                  language={language}
                />
              </Tile>
              <Tile side="ask" label={t.sneaker.ask}>
                <LivePrice
                  key={size.size}
                  amount={size.lowest_ask_amount}
                  currency={currency}
                  language={language}
                />
              </Tile>
              <Tile side="last" label={t.sneaker.lastSale}>
                <LivePrice
                  key={size.size}
                  amount={size.last_sale_amount}
                  currency={currency}
                  language={language}
                />
              </Tile>
            </section>
            <PlaceForm
              // What was typed for one size is not meant for another.
              key={size.size}
              market={market}
              product={product}
              size={size}
              offers={offers}
              onMatch={onMatch}
            />
            {own.length > 0 ? (
              <section className="market-panel">
                <h3>{t.offers.title}</h3>
                <OfferList market={market} offers={offers} shown={own} />
              </section>
            ) : null}
            <WatchForm market={market} watches={watches} product={product} size={size} />
          </div>
          <div className="market-data">
            <PriceChart market={market} product={product} size={size.size} />
            <Depth market={market} currency={currency} book={state.books.get(size.size)} />
            <Trades market={market} trades={state.trades} />
          </div>
        </div>
      )}
    </>
  );
}

interface TileProps {
  readonly side: 'bid' | 'ask' | 'last';
  readonly label: string;
  readonly children: ReactNode;
}

function Tile({ side, label, children }: TileProps) {
  return (
    <p className="market-tile" data-side={side} aria-live="polite" aria-atomic="true">
      <span>{label}</span> {children}
    </p>
  );
}

function Looking({ market: { page, t }, id }: { readonly market: Market; readonly id: string }) {
  const { members } = usePresence(`sneaker:${id}`);
  const others = members.filter(({ user }) => user !== page.user).length;
  return others === 0 ? null : <span className="market-looking">{t.sneaker.looking(others)}</span>;
}

/** The size that a visitor most likely wants to see: one that can be bought and sold, else bought, else any. */
function busiest({ by_size: sizes }: ProductState): SizeState | undefined {
  return (
    sizes.find((size) => size.lowest_ask_amount !== null && size.highest_bid_amount !== null) ??
    sizes.find((size) => size.lowest_ask_amount !== null) ??
    sizes.find((size) => size.highest_bid_amount !== null) ??
    sizes[0]
  );
}

function codeOf(error: unknown): string | undefined {
  return (error as { readonly code?: string }).code;
}
