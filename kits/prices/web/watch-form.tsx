import { type FormEvent, useId, useState } from 'react';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import { parseAmount, typedAmount } from '../../shared/web/parse-amount.ts';
import type { ProductState } from '../events.ts';
import type { ProductList, Watch } from './product-list.ts';
import { TEXTS } from './texts.ts';
import type { Threshold } from './threshold.ts';

export interface WatchFormProps {
  readonly page: KitPageProps;
  readonly list: ProductList;
  readonly product: ProductState;
  readonly watch: Watch | undefined;
}

const KINDS = ['any', 'percent', 'amount'] as const;

/** A first percentage to be told of. */
const PERCENT = '10';

/** When to tell of a product. */
export function WatchForm({ page, list, product, watch }: WatchFormProps) {
  const { language, problemText } = page;
  const t = TEXTS[language];
  const id = useId();
  const { currency } = product;
  const [kind, setKind] = useState<Threshold['kind']>(watch?.threshold.kind ?? 'percent');
  const [percent, setPercent] = useState(
    watch?.threshold.kind === 'percent' ? String(watch.threshold.percent) : PERCENT,
  );
  const [amount, setAmount] = useState(() =>
    typedAmount(watch?.threshold.kind === 'amount' ? watch.threshold.amount : product.amount, currency),
  );
  const [problem, setProblem] = useState('');

  const reached = watch !== undefined && watch.atMost !== null && product.amount <= watch.atMost;

  const read = (): Threshold | string => {
    if (kind === 'any') return { kind };
    if (kind === 'amount') {
      const at = parseAmount(amount, currency);
      return at === undefined ? t.badPrice : { kind, amount: at };
    }
    const value = Number(percent.trim().replace(',', '.'));
    return value >= 0.01 && value <= 100 ? { kind, percent: value } : t.badPercent;
  };
  const attempt = async (work: () => Promise<void>) => {
    setProblem('');
    await work().catch((error: unknown) => setProblem(problemText(error)));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const threshold = read();
    if (typeof threshold === 'string') setProblem(threshold);
    else void attempt(() => list.watch(product.id, threshold));
  };

  return (
    <form className="prices-form" onSubmit={submit}>
      <fieldset>
        <legend>{t.tell}</legend>
        {KINDS.map((each) => (
          <label key={each}>
            <input type="radio" name={id} checked={kind === each} onChange={() => setKind(each)} />
            {t[each]}
          </label>
        ))}
      </fieldset>
      {kind === 'any' ? null : (
        <div className="prices-joined">
          <input
            value={kind === 'percent' ? percent : amount}
            inputMode="decimal"
            autoComplete="off"
            aria-label={kind === 'percent' ? t.percentValue : t.price}
            aria-invalid={problem !== ''}
            aria-describedby={`${id}-problem`}
            onChange={({ target }) => (kind === 'percent' ? setPercent : setAmount)(target.value)}
          />
          <span>{kind === 'percent' ? '%' : currency}</span>
        </div>
      )}
      <p id={`${id}-problem`} className="prices-problem" role="alert">
        {problem}
      </p>
      {reached ? <p className="prices-hint">{t.reached}</p> : null}
      <div className="prices-actions">
        <button type="submit" className="primary">
          {t.save}
        </button>
        {watch ? (
          <button type="button" onClick={() => void attempt(() => list.unwatch(product.id))}>
            {t.stop}
          </button>
        ) : null}
      </div>
    </form>
  );
}
