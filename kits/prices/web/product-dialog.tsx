import { type FormEvent, useEffect, useId, useMemo, useState, useSyncExternalStore } from 'react';
import { createCall } from '../../shared/web/call.ts';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import { Modal } from '../../shared/web/modal.tsx';
import { parseAmount, typedAmount } from '../../shared/web/parse-amount.ts';
import type { ProductState } from '../events.ts';
import { PriceHistory } from './price-history.tsx';
import { Follow, Looking, Price } from './product-card.tsx';
import type { ProductList } from './product-list.ts';
import { TEXTS } from './texts.ts';
import { WatchForm } from './watch-form.tsx';

export interface ProductDialogProps {
  readonly page: KitPageProps;
  readonly list: ProductList;
  readonly id: string;
  readonly onClose: () => void;
}

/** One product: what it cost, when to tell of it, and its price for whom it belongs to. */
export function ProductDialog({ page, list, id, onClose }: ProductDialogProps) {
  const { language, problemText } = page;
  const t = TEXTS[language];
  const heading = useId();
  const { watches } = useSyncExternalStore(list.state.subscribe, list.state.getSnapshot);
  const product = list.find(id);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    list.reload(id).catch(setError);
  }, [list, id]);

  return (
    <Modal labelledBy={heading} onClose={onClose}>
      <header className="prices-dialog-head">
        <h2 id={heading}>{product?.name ?? (error ? problemText(error) : t.loading)}</h2>
        <button type="button" onClick={onClose} aria-label={t.close}>
          ✕
        </button>
      </header>
      {product ? (
        <>
          <Follow id={id} list={list} />
          <div className="prices-dialog-lead">
            <Price product={product} page={page} />
            <Looking id={id} page={page} />
            {product.url === null ? null : (
              <a href={product.url} target="_blank" rel="noreferrer nofollow">
                {t.shop}
              </a>
            )}
          </div>
          <PriceHistory page={page} product={product} />
          <WatchForm
            key={watches.has(id) ? 'on' : 'off'}
            page={page}
            list={list}
            product={product}
            watch={watches.get(id)}
          />
          {product.owner === page.user ? (
            <PriceForm page={page} list={list} product={product} />
          ) : (
            <p className="prices-hint">{t.onlyOwner}</p>
          )}
        </>
      ) : null}
    </Modal>
  );
}

interface PriceFormProps {
  readonly page: KitPageProps;
  readonly list: ProductList;
  readonly product: ProductState;
}

function PriceForm({ page, list, product }: PriceFormProps) {
  const { token, language, problemText } = page;
  const t = TEXTS[language];
  const id = useId();
  const call = useMemo(() => createCall(token), [token]);
  const { amount, currency } = product;
  const [text, setText] = useState(() => typedAmount(amount, currency));
  const [problem, setProblem] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = parseAmount(text, currency);
    if (wanted === undefined) {
      setProblem(t.badPrice);
      return;
    }
    setProblem('');
    try {
      const body = { price: { amount: wanted, currency } };
      list.put(await call<ProductState>(`/prices/products/${product.id}`, { method: 'PATCH', body }));
    } catch (error) {
      setProblem(problemText(error));
    }
  };
  return (
    <form className="prices-form" onSubmit={(event) => void submit(event)}>
      <label htmlFor={id}>{t.newPrice}</label>
      <div className="prices-joined">
        <input
          id={id}
          value={text}
          inputMode="decimal"
          autoComplete="off"
          aria-invalid={problem !== ''}
          aria-describedby={`${id}-problem`}
          onChange={({ target }) => setText(target.value)}
        />
        <span>{currency}</span>
        <button type="submit" className="primary">
          {t.setPrice}
        </button>
      </div>
      <p id={`${id}-problem`} className="prices-problem" role="alert">
        {problem}
      </p>
    </form>
  );
}
