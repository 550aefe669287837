import {
  CandlestickSeries,
  ColorType,
  createChart,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts';
import { useEffect, useRef, useState } from 'react';
import type { Language } from '../../../shared/web/languages.ts';
import type { Candle } from '../../events.ts';
import { INTERVALS } from './candles.ts';
import { priceText } from './price-text.ts';

export interface PriceCanvasProps {
  readonly candles: readonly Candle[];
  readonly currency: string;
  readonly language: Language;
}

interface Chart {
  readonly chart: IChartApi;
  readonly series: ISeriesApi<'Candlestick'>;
}

/** The chart alone; whoever cannot see it has the words below. */
export function PriceCanvas({ candles, currency, language }: PriceCanvasProps) {
  const place = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Chart>();
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = create(element, currency, language);
    const paint = () => repaint(made, element);
    paint();
    setDrawn(made);
    // A canvas does not follow the page's colours by itself.
    const theme = new MutationObserver(paint);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    scheme.addEventListener('change', paint);
    return () => {
      scheme.removeEventListener('change', paint);
      theme.disconnect();
      made.chart.remove();
      setDrawn(undefined);
    };
  }, [currency, language]);
  const count = useRef(0);
  useEffect(() => {
    if (!drawn) return;
    drawn.series.setData(
      candles.map(({ at, ...prices }) => ({ time: (at / SECOND) as UTCTimestamp, ...prices })),
    );
    // Whoever looks at the past stays there until there is a new stretch.
    if (count.current !== candles.length) drawn.chart.timeScale().fitContent();
    count.current = candles.length;
  }, [drawn, candles]);
  return (
    <div ref={place} className="market-canvas" aria-hidden="true">
      <i className="market-ink-up" />
      <i className="market-ink-down" />
      <i className="market-ink-grid" />
      <i className="market-ink-text" />
    </div>
  );
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** The widest that a candle may be drawn, pixels. */
const WIDEST = 28;

function create(element: HTMLElement, currency: string, language: Language): Chart {
  const chart = createChart(element, {
    autoSize: true,
    layout: { attributionLogo: false, fontFamily: getComputedStyle(element).fontFamily },
    localization: {
      locale: language,
      priceFormatter: (price: number) => priceText(price, currency, language),
      // The chart reckons in UTC; the visitor in their own time.
      timeFormatter: (time: UTCTimestamp) =>
        new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(time * SECOND),
    },
    timeScale: {
      timeVisible: true,
      maxBarSpacing: WIDEST,
      // Room for the time below the newest.
      rightOffset: 2,
      borderVisible: false,
      tickMarkFormatter: (time: UTCTimestamp) => tickText(time * SECOND, language),
    },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.15, bottom: 0.15 } },
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
  });
  return { chart, series: chart.addSeries(CandlestickSeries) };
}

function repaint({ chart, series }: Chart, element: HTMLElement): void {
  const ink = (name: string) =>
    getComputedStyle(element.querySelector(`.market-ink-${name}`) as Element).color;
  const grid = { color: ink('grid') };
  chart.applyOptions({
    layout: { background: { type: ColorType.Solid, color: 'transparent' }, textColor: ink('text') },
    grid: { vertLines: grid, horzLines: grid },
  });
  const [up, down] = [ink('up'), ink('down')];
  series.applyOptions({
    upColor: up,
    wickUpColor: up,
    borderUpColor: up,
    downColor: down,
    wickDownColor: down,
    borderDownColor: down,
  });
}

/** A time of midnight is a new day. @param at milliseconds since 1970-01-01 UTC */
function tickText(at: number, language: Language): string {
  const midnight = (at - new Date(at).getTimezoneOffset() * MINUTE) % INTERVALS['1d'] === 0;
  return new Intl.DateTimeFormat(
    language,
    midnight ? { day: 'numeric', month: 'short' } : { hour: '2-digit', minute: '2-digit' },
  ).format(at);
}
