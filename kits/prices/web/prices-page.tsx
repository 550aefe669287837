import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { createCall } from '../../shared/web/call.ts';
import { ConnectionMark } from '../../shared/web/connection-mark.tsx';
import { goTo } from '../../shared/web/go-to.ts';
import { InboxButton } from '../../shared/web/inbox/inbox-button.tsx';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import { useParameter } from '../../shared/web/use-parameter.ts';
import { AddProduct } from './add-product.tsx';
import { CATEGORIES } from './categories.ts';
import './prices.css';
import { ProductCard } from './product-card.tsx';
import { ProductDialog } from './product-dialog.tsx';
import { ProductList } from './product-list.ts';
import { ring } from './ring.ts';
import { TEXTS } from './texts.ts';

const SOUND_KEY = 'tidings.prices.sound';

/** The price tracker. */
export function PricesPage(page: KitPageProps) {
  const { client, token, language } = page;
  const call = useMemo(() => createCall(token), [token]);
  const [list, setList] = useState<ProductList>();
  useEffect(() => {
    const made = new ProductList(client, call);
    setList(made);
    return () => made.close();
  }, [client, call]);
  if (!list) return <p className="kit-loading">{TEXTS[language].loading}</p>;
  return <Prices page={page} list={list} />;
}

function select(id: string | undefined): void {
  goTo(id === undefined ? '/prices' : `/prices?${new URLSearchParams({ product: id })}`);
}

/** How long after the last letter a search begins, milliseconds. */
const TYPING = 250;

function Prices({ page, list }: { readonly page: KitPageProps; readonly list: ProductList }) {
  const { language, problemText } = page;
  const t = TEXTS[language];
  const state = useSyncExternalStore(list.state.subscribe, list.state.getSnapshot);
  const selected = useParameter('product');
  const [search, setSearch] = useState('');
  const [onlyWatched, setOnlyWatched] = useState(false);
  const [adding, setAdding] = useState(false);
  const [sound, setSound] = useState(() => localStorage.getItem(SOUND_KEY) === 'on');
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    const timer = setTimeout(() => void list.search(search.trim()), TYPING);
    return () => clearTimeout(timer);
  }, [list, search]);
  const shown = onlyWatched ? [...state.watches.values()].map((watch) => watch.product) : state.products;
  const none = onlyWatched ? t.noneWatched : search === '' ? t.none : t.noneFound;

  return (
    <div className="prices">
      <header className="prices-head">
        <div>
          <h1>{t.title}</h1>
          <p>{t.lead}</p>
        </div>
        <div className="prices-tools">
          <ConnectionMark language={language} />
          <label className="prices-sound">
            <input
              type="checkbox"
              checked={sound}
              onChange={({ target }) => {
                setSound(target.checked);
                localStorage.setItem(SOUND_KEY, target.checked ? 'on' : 'off');
                if (target.checked) ring();
              }}
            />
            {t.sound}
          </label>
          <InboxButton
            page={page}
            categories={CATEGORIES[page.language]}
            onOpen={goTo}
            onNew={({ category }) => {
              if (sound && category === 'prices.drop') ring();
            }}
          />
        </div>
      </header>
      <div className="prices-bar">
        <input
          type="search"
          value={search}
          placeholder={t.search}
          aria-label={t.search}
          maxLength={200}
          onChange={({ target }) => setSearch(target.value)}
        />
        <fieldset className="prices-filter">
          <legend className="unseen">{t.title}</legend>
          {[false, true].map((watched) => (
            <label key={String(watched)}>
              <input
                type="radio"
                name="prices-filter"
                checked={watched === onlyWatched}
                onChange={() => setOnlyWatched(watched)}
              />
              {watched ? `${t.watched} (${state.watches.size})` : t.all}
            </label>
          ))}
        </fieldset>
        <button type="button" className="primary" onClick={() => setAdding(true)}>
          {t.add}
        </button>
      </div>
      {state.error === undefined ? null : (
        <p className="prices-problem" role="alert">
          {problemText(state.error)}
        </p>
      )}
      {state.loaded && shown.length === 0 ? <p className="prices-none">{none}</p> : null}
      <ul className="prices-cards" aria-busy={!state.loaded}>
        {shown.map((product) => (
          <ProductCard
            key={product.id}
            page={page}
            list={list}
            product={product}
            watch={state.watches.get(product.id)}
            fresh={state.fresh.has(product.id)}
            onOpen={() => select(product.id)}
          />
        ))}
      </ul>
      {!onlyWatched && state.next !== undefined ? (
        <button type="button" className="prices-more" onClick={() => void list.more()}>
          {t.more}
        </button>
      ) : null}
      {adding ? <AddProduct page={page} onClose={() => setAdding(false)} /> : null}
      {selected === undefined ? null : (
        <ProductDialog
          key={selected}
          page={page}
          list={list}
          id={selected}
          onClose={() => select(undefined)}
        />
      )}
    </div>
  );
}
