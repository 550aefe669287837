import { type ComponentType, lazy, Suspense, useState } from 'react';
import { useMade, useValue } from '../../../shared/web/use-made.ts';
import type { ProductState } from '../../events.ts';
import type { Market } from '../market.ts';
import { Candles, INTERVALS, type Interval } from './candles.ts';
import type { PriceCanvasProps } from './price-canvas.tsx';
import { priceText } from './price-text.ts';

export interface PriceChartProps {
  readonly market: Market;
  readonly product: ProductState;
  readonly size: string;
}

const CHOICES = Object.keys(INTERVALS) as readonly Interval[];

/** What a size cost, as candles and in words. */
export function PriceChart({ market, product, size }: PriceChartProps) {
  const { page, call, t } = market;
  const { id, currency } = product;
  const [interval, setInterval] = useState<Interval>('1h');
  const candles = useMade(
    () => new Candles({ client: page.client, call, id, size, interval }),
    [page.client, call, id, size, interval],
  );
  return (
    <figure className="market-panel market-chart">
      <header>
        <h3>{t.chart.title}</h3>
        <fieldset className="market-choice">
          <legend className="unseen">{t.chart.interval}</legend>
          {CHOICES.map((each) => (
            <label key={each}>
              <input
                type="radio"
                name="market-interval"
                checked={each === interval}
                onChange={() => setInterval(each)}
              />
              {t.chart.intervals[each]}
            </label>
          ))}
        </fieldset>
      </header>
      {candles ? (
        <Drawn key={`${size} ${interval}`} market={market} candles={candles} currency={currency} />
      ) : null}
    </figure>
  );
}

/** What draws is large, and comes after the words. */
const PriceCanvas = lazy<ComponentType<PriceCanvasProps>>(() =>
  import('./price-canvas.tsx').then(
    (loaded) => ({ default: loaded.PriceCanvas }),
    // A page without its chart is better than none.
    () => ({ default: () => null }),
  ),
);

interface DrawnProps {
  readonly market: Market;
  readonly candles: Candles;
  readonly currency: string;
}

function Drawn({ market: { page, t }, candles, currency }: DrawnProps) {
  const { language } = page;
  const shown = useValue(candles.state);
  if (!shown) return <div className="market-canvas" aria-busy="true" />;
  if (shown.length === 0) return <p className="market-hint">{t.chart.none}</p>;
  const text = (price: number) => priceText(price, currency, language);
  return (
    <>
      <Suspense fallback={<div className="market-canvas" />}>
        <PriceCanvas candles={shown} currency={currency} language={language} />
      </Suspense>
      <figcaption>
        {t.chart.summary(
          text(Math.min(...shown.map(({ low }) => low))),
          text(Math.max(...shown.map(({ high }) => high))),
        )}{' '}
        <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
          {t.chart.credit}
        </a>
      </figcaption>
    </>
  );
}
