import { type FormEvent, useId, useRef, useState } from 'react';
import type { CallError } from '../../../shared/web/call.ts';
import { moneyText } from '../../../shared/web/money.ts';
import { parseAmount, typedAmount } from '../../../shared/web/parse-amount.ts';
import { useSubmit } from '../../../shared/web/use-submit.ts';
import type { MyMatchCreated, ProductState, Side, SizeState } from '../../events.ts';
import { type Market, problemOf } from '../market.ts';
import type { Offers } from '../offers/offers.ts';
import { priceProblem } from './price-problem.ts';

export interface PlaceFormProps {
  readonly market: Market;
  readonly product: ProductState;
  readonly size: SizeState;
  readonly offers: Offers;
  readonly onMatch: (match: MyMatchCreated) => void;
}

const SIDES = ['bid', 'ask'] as const;
/** Days after which it expires; the second is the server's default. */
const DAYS = [7, 30, 60, 90] as const;
const USUAL_DAYS = 30;

/** Buying and selling: at once at the best price there is, or by an offer of one's own. */
export function PlaceForm({ market, product, size, offers, onMatch }: PlaceFormProps) {
  const { page, t } = market;
  const { id: product_id, currency } = product;
  const id = useId();
  const [side, setSide] = useState<Side>('bid');
  const [typed, setTyped] = useState('');
  const [days, setDays] = useState(USUAL_DAYS);
  const [wrong, setWrong] = useState('');
  const [placed, setPlaced] = useState('');
  /** What was sent last. */
  const sent = useRef('');
  const { busy, problem, changed, submit } = useSubmit((error) =>
    (error as Partial<CallError>).code === 'network' ? t.place.unreached : problemOf(market, error),
  );
  const text = (amount: number) => moneyText({ amount, currency }, page.language);
  const best = side === 'bid' ? size.lowest_ask_amount : size.highest_bid_amount;
  const amount = parseAmount(typed, currency);
  const meets = amount !== undefined && best !== null && (side === 'bid' ? amount >= best : amount <= best);

  const edit = (set: () => void) => {
    set();
    setWrong('');
    setPlaced('');
    changed();
  };
  const place = async (wanted: number | undefined) => {
    setPlaced('');
    const refused = priceProblem(product, wanted, t, page.language);
    setWrong(refused ?? '');
    if (wanted === undefined || refused !== undefined) return;
    // The same once more, because its answer was lost, has one effect, whichever button it is sent by.
    const what = `${side} ${wanted} ${days}`;
    if (sent.current !== what) changed();
    sent.current = what;
    const sized = size.size === '' ? {} : { size: size.size };
    const done = await submit(async (key) => {
      const { offer, match } = await offers.place(side, { product_id, ...sized, amount: wanted, days }, key);
      if (match) onMatch(match);
      else setPlaced(t.place.placed[side](text(offer.amount)));
    });
    if (done) setTyped('');
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void place(amount);
  };
  const fault = wrong || problem;

  return (
    <form
      className="market-panel market-place"
      data-side={side}
      onSubmit={onSubmit}
      aria-label={t.place.title}
    >
      <fieldset className="market-choice">
        <legend className="unseen">{t.place.title}</legend>
        {SIDES.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name={`${id}-side`}
              checked={each === side}
              onChange={() => edit(() => setSide(each))}
            />
            {t.place.sides[each]}
          </label>
        ))}
      </fieldset>
      {best === null ? null : (
        <button
          type="button"
          className="market-now"
          disabled={busy || product.halted}
          onClick={() => void place(best)}
        >
          {t.place.now[side](text(best))}
        </button>
      )}
      <label htmlFor={`${id}-price`}>{t.place.price[side]}</label>
      <div className="market-joined">
        <input
          id={`${id}-price`}
          value={typed}
          inputMode="decimal"
          autoComplete="off"
          placeholder={best === null ? undefined : typedAmount(best, currency)}
          aria-invalid={fault !== ''}
          aria-describedby={`${id}-problem ${id}-hint`}
          onChange={({ target }) => edit(() => setTyped(target.value))}
        />
        <span>{currency}</span>
        <select
          value={days}
          aria-label={t.place.expires}
          onChange={({ target }) => edit(() => setDays(Number(target.value)))}
        >
          {DAYS.map((each) => (
            <option key={each} value={each}>
              {t.place.days(each)}
            </option>
          ))}
        </select>
      </div>
      <p id={`${id}-hint`} className="market-hint">
        {meets ? t.place.meets[side](text(best)) : t.place.rests[side]}
      </p>
      <p id={`${id}-problem`} className="market-problem" role="alert">
        {fault}
      </p>
      <button type="submit" className="primary" disabled={busy || product.halted}>
        {amount === undefined ? t.place.offer[side] : t.place.offerFor[side](text(amount))}
      </button>
      <p className="market-done" role="status">
        {placed}
      </p>
    </form>
  );
}
