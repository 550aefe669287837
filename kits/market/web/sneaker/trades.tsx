import { moneyText } from '../../../shared/web/money.ts';
import { agoText, timeText } from '../../../shared/web/time-text.ts';
import { useNow } from '../../../shared/web/use-now.ts';
import type { Trade } from '../../events.ts';
import type { Market } from '../market.ts';

export interface TradesProps {
  readonly market: Market;
  /** The newest first. */
  readonly trades: readonly Trade[];
}

/** How often "3 minutes ago" is written anew, milliseconds. */
const MINUTE = 60_000;
/** Sales that are shown. */
const SHOWN = 10;

/** What was sold, in all sizes. */
export function Trades({ market: { page, t }, trades }: TradesProps) {
  const now = useNow(MINUTE);
  const { language } = page;
  return (
    <section className="market-panel">
      <h3>{t.trades.title}</h3>
      {trades.length === 0 ? <p className="market-hint">{t.trades.none}</p> : null}
      <ol className="market-trades">
        {trades.slice(0, SHOWN).map((trade) => (
          <li key={trade.match_id} data-taker={trade.taker}>
            <b>{moneyText(trade, language)}</b>
            <span>{trade.size}</span>
            <time dateTime={trade.timestamp} title={timeText(trade.at, language)}>
              {agoText(trade.at, language, Math.max(now, trade.at))}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}
