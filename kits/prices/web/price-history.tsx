import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { createCall } from '../../shared/web/call.ts';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import { moneyText } from '../../shared/web/money.ts';
import type { ProductState } from '../events.ts';
import { TEXTS } from './texts.ts';

interface Point {
  readonly at: number;
  readonly amount: number;
}

export interface PriceHistoryProps {
  readonly page: KitPageProps;
  readonly product: ProductState;
}

/** What a product cost, as a chart and in words. */
export function PriceHistory({ page, product }: PriceHistoryProps) {
  const { token, language } = page;
  const { id, currency, version } = product;
  const t = TEXTS[language];
  const call = useMemo(() => createCall(token), [token]);
  const [points, setPoints] = useState<readonly Point[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version of the product has a new point.
  useEffect(() => {
    const ending = new AbortController();
    call<{ points: readonly Point[] }>(`/prices/products/${id}/history`, { signal: ending.signal })
      .then((answer) => setPoints(answer.points))
      // The price stands above; without its history there is only no chart.
      .catch(() => {});
    return () => ending.abort();
  }, [call, id, version]);
  if (points.length === 0) return null;
  // The price of now may be ahead of the history that was fetched.
  const amounts = [...points.map(({ amount }) => amount), product.amount];
  const text = (amount: number) => moneyText({ amount, currency }, language);
  return (
    <figure className="prices-history">
      <Chart points={points} page={page} currency={currency} />
      <figcaption>
        <h3>{t.history}</h3>
        <dl>
          <div>
            <dt>{t.lowest}</dt>
            <dd>{text(Math.min(...amounts))}</dd>
          </div>
          <div>
            <dt>{t.highest}</dt>
            <dd>{text(Math.max(...amounts))}</dd>
          </div>
          <div>
            <dt>{t.now}</dt>
            <dd>{text(product.amount)}</dd>
          </div>
        </dl>
      </figcaption>
    </figure>
  );
}

const HEIGHT = 180;
const SECOND = 1000;
/** Room for a price beside the axis, pixels. */
const AXIS = 84;
/** And for a time below, pixels. */
const TIMES = 30;

const DAY = 24 * 60 * 60;
/** Within so many seconds, times differ by their seconds. */
const SHORT = 10 * 60;

interface ChartProps {
  readonly points: readonly Point[];
  readonly page: KitPageProps;
  readonly currency: string;
}

/** The chart alone; whoever cannot see it has the figures below. */
function Chart({ points, page: { language }, currency }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let plot: uPlot | undefined;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(optionsOf(element, language, currency), dataOf(points), element);
    };
    const observer = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT }));
    // A canvas does not follow the page's colours by itself.
    const theme = new MutationObserver(draw);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    draw();
    observer.observe(element);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    scheme.addEventListener('change', draw);
    return () => {
      scheme.removeEventListener('change', draw);
      theme.disconnect();
      observer.disconnect();
      plot?.destroy();
    };
  }, [points, language, currency]);
  return (
    <div ref={place} className="prices-chart" aria-hidden="true">
      <i className="prices-ink-line" />
      <i className="prices-ink-grid" />
      <i className="prices-ink-text" />
    </div>
  );
}

/** The last price stands until now. */
function dataOf(points: readonly Point[]): uPlot.AlignedData {
  const last = points.at(-1) as Point;
  const shown = [...points, { ...last, at: Math.max(Date.now(), last.at + 1) }];
  return [shown.map(({ at }) => at / SECOND), shown.map(({ amount }) => amount)];
}

function optionsOf(
  element: HTMLElement,
  language: KitPageProps['language'],
  currency: string,
): uPlot.Options {
  const ink = (name: string) =>
    getComputedStyle(element.querySelector(`.prices-ink-${name}`) as Element).color;
  const axis = { stroke: ink('text'), grid: { stroke: ink('grid'), width: 1 }, ticks: { show: false } };
  const day = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' });
  const time = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });
  const second = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
  const { stepped } = uPlot.paths;
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false },
    scales: { y: { range: (_plot, low, high) => rangeOf(low, high) } },
    axes: [
      {
        ...axis,
        size: TIMES,
        space: 80,
        values: (_plot, splits) => {
          const span = (splits.at(-1) ?? 0) - (splits[0] ?? 0);
          return splits.map((at) =>
            (span > 2 * DAY ? day : span > SHORT ? time : second).format(at * SECOND),
          );
        },
      },
      {
        ...axis,
        size: AXIS,
        values: (_plot, splits) => splits.map((amount) => moneyText({ amount, currency }, language)),
      },
    ],
    series: [
      {},
      {
        stroke: ink('line'),
        width: 2,
        ...(stepped ? { paths: stepped({ align: 1 }) } : {}),
        points: { show: false },
      },
    ],
  };
}

/** Some room above and below, also where the price never moved. */
function rangeOf(low: number, high: number): [number, number] {
  const room = Math.max((high - low) * 0.15, high * 0.02, 1);
  return [Math.max(0, low - room), high + room];
}
