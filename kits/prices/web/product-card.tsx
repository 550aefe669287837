import { useChannel, usePresence } from '@tidings/react';
import { useRef } from 'react';
import { toast } from 'sonner';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import { moneyText } from '../../shared/web/money.ts';
import { useInView } from '../../shared/web/use-in-view.ts';
import type { PriceUpdate, ProductState } from '../events.ts';
import type { ProductList, Watch } from './product-list.ts';
import { TEXTS } from './texts.ts';

export interface ProductCardProps {
  readonly page: KitPageProps;
  readonly list: ProductList;
  readonly product: ProductState;
  readonly watch: Watch | undefined;
  /** It came while the page was open. */
  readonly fresh: boolean;
  readonly onOpen: () => void;
}

/** A product. Its channel is followed while the card is in view, so that a long list costs what can be seen of it. */
export function ProductCard({ page, list, product, watch, fresh, onOpen }: ProductCardProps) {
  const { language, problemText } = page;
  const t = TEXTS[language];
  const card = useRef<HTMLLIElement>(null);
  const inView = useInView(card);
  const toggle = () => {
    const done = watch ? list.unwatch(product.id) : list.watch(product.id, { kind: 'any' });
    done.catch((error: unknown) => toast.error(problemText(error)));
  };
  return (
    <li ref={card} className="prices-card" data-fresh={fresh} data-product={product.id}>
      {inView ? <Follow id={product.id} list={list} /> : null}
      <button type="button" className="prices-card-open" onClick={onOpen}>
        <span className="prices-name">{product.name}</span>
        <span className="unseen">. {t.details}</span>
      </button>
      {product.brand === null ? null : <p className="prices-brand">{product.brand}</p>}
      <Price product={product} page={page} />
      {product.shop !== null && product.shop.state !== 'ok' ? (
        <p className="prices-failing" title={product.shop.error ?? undefined}>
          {t.failing}
        </p>
      ) : null}
      <footer>
        {inView ? <Looking id={product.id} page={page} /> : null}
        <button
          type="button"
          className="prices-watch"
          aria-pressed={watch !== undefined}
          aria-label={`${t.watch}: ${product.name}`}
          title={watch ? t.unwatch : t.watch}
          onClick={toggle}
        >
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M10 2.5a5 5 0 0 0-5 5v3.2L3.5 13.5h13L15 10.7V7.5a5 5 0 0 0-5-5M8.3 16a1.8 1.8 0 0 0 3.4 0" />
          </svg>
        </button>
      </footer>
    </li>
  );
}

/** Events that the last change of a price told: the update, and maybe a drop. */
const LAST_CHANGE = 2;

/** Hears of a product's price. */
export function Follow({ id, list }: { readonly id: string; readonly list: ProductList }) {
  useChannel<{ price_update: PriceUpdate }>(`product:${id}`, {
    // Also what changed after the list was read, or while the card was out of view.
    last: LAST_CHANGE,
    on: { price_update: (update) => list.apply(update) },
    onGap: () => list.reload(id),
  });
  return null;
}

/** Who else has the product before them. */
export function Looking({ id, page }: { readonly id: string; readonly page: KitPageProps }) {
  const { members } = usePresence(`product:${id}`);
  const others = members.filter(({ user }) => user !== page.user);
  return (
    <span className="prices-looking">
      {others.length === 0 ? null : TEXTS[page.language].looking(others.length)}
    </span>
  );
}

/** The price; it moves visibly. */
export function Price({ product, page }: { readonly product: ProductState; readonly page: KitPageProps }) {
  const { language } = page;
  const { amount, previous, currency, version } = product;
  const change = previous === null ? 0 : amount - previous;
  const direction = change === 0 ? 'none' : change < 0 ? 'down' : 'up';
  const percent = new Intl.NumberFormat(language, {
    style: 'percent',
    maximumFractionDigits: 1,
    signDisplay: 'always',
  });
  return (
    <p className="prices-price" aria-live="polite">
      <b key={version} data-direction={direction}>
        {moneyText({ amount, currency }, language)}
      </b>
      {previous === null || change === 0 ? null : (
        <span className="prices-change" data-direction={direction}>
          <s>{moneyText({ amount: previous, currency }, language)}</s> {percent.format(change / previous)}
        </span>
      )}
    </p>
  );
}
