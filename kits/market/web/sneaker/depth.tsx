import type { CSSProperties } from 'react';
import { moneyText } from '../../../shared/web/money.ts';
import type { BookUpdated, Level } from '../../events.ts';
import type { Market } from '../market.ts';

export interface DepthProps {
  readonly market: Market;
  readonly currency: string;
  /** `undefined` until it is read. */
  readonly book: BookUpdated | undefined;
}

/** How many pairs are wanted and offered at which price. */
export function Depth({ market, currency, book }: DepthProps) {
  const { t } = market;
  const most = Math.max(1, ...[...(book?.bids ?? []), ...(book?.asks ?? [])].map(({ count }) => count));
  return (
    <section className="market-panel market-depth" aria-busy={book === undefined}>
      <h3>{t.depth.title}</h3>
      <div>
        <Levels market={market} currency={currency} side="bid" levels={book?.bids ?? []} most={most} />
        <Levels market={market} currency={currency} side="ask" levels={book?.asks ?? []} most={most} />
      </div>
    </section>
  );
}

interface LevelsProps {
  readonly market: Market;
  readonly currency: string;
  readonly side: 'bid' | 'ask';
  readonly levels: readonly Level[];
  /** Pairs of the longest bar. */
  readonly most: number;
}

function Levels({ market: { page, t }, currency, side, levels, most }: LevelsProps) {
  return (
    <table data-side={side}>
      <caption>{t.depth.sides[side]}</caption>
      <thead>
        <tr>
          <th scope="col">{t.depth.price}</th>
          <th scope="col">{t.depth.pairs}</th>
        </tr>
      </thead>
      <tbody>
        {levels.length === 0 ? (
          <tr>
            <td colSpan={2} className="market-hint">
              {t.depth.none}
            </td>
          </tr>
        ) : null}
        {levels.map(({ amount, count }) => (
          <tr key={amount} style={{ '--part': count / most } as CSSProperties}>
            <td>{moneyText({ amount, currency }, page.language)}</td>
            <td>{count}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
