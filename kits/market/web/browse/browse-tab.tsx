import { useEffect, useRef } from 'react';
import { useValue } from '../../../shared/web/use-made.ts';
import type { Product } from '../../events.ts';
import { type Market, problemOf } from '../market.ts';
import type { Watches } from '../sneaker/watches.ts';
import { ProductCard } from './product-card.tsx';
import { type Products, type ProductsState, SORTS, type Sort } from './products.ts';

const SHOWN = ['hot', 'all', 'watched'] as const;

/** What the visitor wants to see. */
export interface Choice {
  readonly show: (typeof SHOWN)[number];
  readonly text: string;
  readonly sort: Sort;
}

/** What a visitor sees who has not chosen yet. */
export const EVERYTHING: Choice = { show: 'hot', text: '', sort: 'newest' };

/** How long after the last letter a search begins, milliseconds. */
const TYPING = 250;

export interface BrowseTabProps {
  readonly market: Market;
  readonly products: Products;
  readonly watches: Watches;
  readonly choice: Choice;
  readonly onChoose: (choice: Choice) => void;
}

/** The hot deals, and every product there is. */
export function BrowseTab({ market, products, watches, choice, onChoose }: BrowseTabProps) {
  const { t } = market;
  const state = useValue(products.state);
  const watched = useValue(watches.state);
  const { show, text, sort } = choice;
  const typed = useRef(text);
  useEffect(() => {
    if (show !== 'all') return;
    const search = () => void products.search({ text: text.trim(), sort });
    if (typed.current === text) {
      search();
      return;
    }
    const timer = setTimeout(search, TYPING);
    typed.current = text;
    return () => clearTimeout(timer);
  }, [products, show, text, sort]);

  const ids = show === 'hot' ? hotIn(state) : show === 'all' ? state.found : [...watched.keys()];
  const shown = ids.flatMap((id) => state.products.get(id) ?? []);
  const busy = show === 'all' ? state.searching : !state.loaded;
  const none = show === 'watched' ? t.browse.noneWatched : text === '' ? t.browse.none : t.browse.noneFound;
  const missing = show === 'watched' ? ids.filter((id) => !state.products.has(id)) : [];
  const missingIds = missing.join(' ');
  useEffect(() => {
    if (missingIds !== '') void products.need(missingIds.split(' '));
  }, [products, missingIds]);

  return (
    <>
      <search className="market-bar">
        <input
          type="search"
          value={text}
          placeholder={t.browse.search}
          aria-label={t.browse.search}
          maxLength={200}
          // Whoever searches wants to find what there is, not only what is hot.
          onChange={({ target }) => onChoose({ ...choice, show: 'all', text: target.value })}
        />
        <fieldset className="market-choice">
          <legend className="unseen">{t.browse.show}</legend>
          {SHOWN.map((each) => (
            <label key={each}>
              <input
                type="radio"
                name="market-shown"
                checked={each === show}
                onChange={() => onChoose({ ...choice, show: each, text: each === 'all' ? text : '' })}
              />
              {each === 'watched' ? `${t.browse.watched} (${watched.size})` : t.browse[each]}
            </label>
          ))}
        </fieldset>
        {show === 'all' ? (
          <select
            value={sort}
            aria-label={t.browse.sort}
            onChange={({ target }) =>
              onChoose({ ...choice, sort: SORTS.find((each) => each === target.value) ?? 'newest' })
            }
          >
            {SORTS.map((each) => (
              <option key={each} value={each}>
                {t.browse.sorts[each]}
              </option>
            ))}
          </select>
        ) : null}
      </search>
      {state.error === undefined ? null : (
        <p className="market-problem" role="alert">
          {problemOf(market, state.error)}
        </p>
      )}
      {!busy && missing.length === 0 && shown.length === 0 ? <p className="market-none">{none}</p> : null}
      {!busy && state.products.size === 0 && text === '' ? <HowToAdd market={market} /> : null}
      <ul className="market-cards" aria-busy={busy}>
        {shown.map((product: Product) => (
          <ProductCard
            key={product.id}
            market={market}
            product={product}
            arrived={state.arrived.includes(product.id)}
            rank={show === 'hot' ? state.popular.indexOf(product.id) + 1 : 0}
            drop={state.drops.get(product.id)}
            dropped={state.dropped.has(product.id)}
            watched={watched.has(product.id)}
          />
        ))}
      </ul>
      {show === 'all' && state.next !== undefined ? (
        <button type="button" className="market-more" onClick={() => void products.more()}>
          {t.more}
        </button>
      ) : null}
    </>
  );
}

/** An empty market: how its first product comes. */
function HowToAdd({ market: { t } }: { readonly market: Market }) {
  return (
    <section className="market-panel">
      <p>{t.browse.howToAdd}</p>
      <pre>
        <code>{`curl ${location.origin}/api/v1/market/products \\
  -H 'Authorization: Bearer API_KEY' \\
  -H 'Content-Type: application/json' \\
  -d '${JSON.stringify(EXAMPLE)}'`}</code>
      </pre>
    </section>
  );
}

/** A first product. */
const EXAMPLE = {
  name: 'Air Jordan 1 Chicago',
  brand: 'Jordan',
  currency: 'USD',
  retail_amount: 180_00,
  sizes: ['41', '42', '43'],
};

/** What has come while the page is open stands first, then the most popular, then what is new. */
function hotIn({ arrived, popular, newest }: ProductsState): readonly string[] {
  return [...new Set([...arrived, ...popular, ...newest])];
}
