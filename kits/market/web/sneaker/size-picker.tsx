import { moneyText } from '../../../shared/web/money.ts';
import type { ProductState } from '../../events.ts';
import type { Market } from '../market.ts';

export interface SizePickerProps {
  readonly market: Market;
  readonly product: ProductState;
  /** The one that is shown. */
  readonly size: string;
  readonly onPick: (size: string) => void;
}

/** The sizes, each with its lowest ask. */
export function SizePicker({ market: { page, t }, product, size, onPick }: SizePickerProps) {
  const { currency } = product;
  return (
    <fieldset className="market-sizes">
      <legend>{t.sneaker.size}</legend>
      {product.by_size.map((each) => (
        <label key={each.size}>
          <input
            type="radio"
            name="market-size"
            value={each.size}
            checked={each.size === size}
            onChange={() => onPick(each.size)}
          />
          <b>{each.size}</b>
          <span>
            {each.lowest_ask_amount === null
              ? '—'
              : moneyText({ amount: each.lowest_ask_amount, currency }, page.language)}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
