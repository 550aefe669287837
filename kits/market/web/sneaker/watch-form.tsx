import { type FormEvent, useId, useState } from 'react';
import { moneyText } from '../../../shared/web/money.ts';
import { parseAmount } from '../../../shared/web/parse-amount.ts';
import { useValue } from '../../../shared/web/use-made.ts';
import { useSubmit } from '../../../shared/web/use-submit.ts';
import type { ProductState, SizeState } from '../../events.ts';
import { type Market, problemOf } from '../market.ts';
import { priceProblem } from './price-problem.ts';
import type { Watches } from './watches.ts';

export interface WatchFormProps {
  readonly market: Market;
  readonly watches: Watches;
  readonly product: ProductState;
  /** The size that is shown. */
  readonly size: SizeState;
}

/** "Tell me when an ask is at or below this." */
export function WatchForm({ market, watches, product, size }: WatchFormProps) {
  const { page, t } = market;
  const { id: productId, currency } = product;
  const id = useId();
  const watch = useValue(watches.state).get(productId);
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState('');
  const [anySize, setAnySize] = useState(true);
  const { busy, problem, submit } = useSubmit((error) => problemOf(market, error));
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const amount = parseAmount(typed, currency);
    const refused = priceProblem(product, amount, t, page.language);
    setWrong(refused ?? '');
    if (amount === undefined || refused !== undefined) return;
    const wanted = anySize || size.size === '' ? undefined : size.size;
    void submit(() => watches.watch(productId, amount, wanted)).then((done) => done && setTyped(''));
  };
  const fault = wrong || problem;
  return (
    <form className="market-panel" onSubmit={onSubmit} aria-label={t.watch.title}>
      <h3>{t.watch.title}</h3>
      {watch ? (
        <p role="status">
          {t.watch.on(
            moneyText(watch, page.language),
            watch.size === null ? undefined : t.sneaker.sizeOf(watch.size),
          )}
        </p>
      ) : (
        <p className="market-hint">{t.watch.hint}</p>
      )}
      <label htmlFor={`${id}-price`}>{t.watch.atMost}</label>
      <div className="market-joined">
        <input
          id={`${id}-price`}
          value={typed}
          inputMode="decimal"
          autoComplete="off"
          aria-invalid={fault !== ''}
          aria-describedby={`${id}-problem`}
          onChange={({ target }) => setTyped(target.value)}
        />
        <span>{currency}</span>
        {product.by_size.length > 1 ? (
          <select
            value={anySize ? 'any' : 'this'}
            aria-label={t.sneaker.size}
            onChange={({ target }) => setAnySize(target.value === 'any')}
          >
            <option value="any">{t.sneaker.anySize}</option>
            <option value="this">{t.sneaker.sizeOf(size.size)}</option>
          </select>
        ) : null}
      </div>
      <p id={`${id}-problem`} className="market-problem" role="alert">
        {fault}
      </p>
      <div className="market-actions">
        <button type="submit" disabled={busy}>
          {watch ? t.watch.change : t.watch.start}
        </button>
        {watch ? (
          <button type="button" disabled={busy} onClick={() => void submit(() => watches.unwatch(productId))}>
            {t.watch.stop}
          </button>
        ) : null}
      </div>
    </form>
  );
}
