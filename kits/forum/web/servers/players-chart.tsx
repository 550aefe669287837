import { useEffect, useState } from 'react';
import type { ServerPoint } from '../../events.ts';
import type { Forum } from '../forum.ts';
import { chartOf } from './chart-of.ts';

export interface PlayersChartProps {
  readonly forum: Forum;
  readonly id: string;
  /** Of now; the chart is read again when it changes. */
  readonly players: number;
}

interface History {
  readonly step: number;
  readonly points: readonly ServerPoint[];
}

/** The chart's own measure; it grows with the card. */
const WIDTH = 240;
const HEIGHT = 40;
const HOURS = 24;

/** How many played within the last day. */
export function PlayersChart({ forum: { t, call }, id, players }: PlayersChartProps) {
  const [history, setHistory] = useState<History>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: more players make another chart.
  useEffect(() => {
    const ending = new AbortController();
    call<History>(`/forum/servers/${encodeURIComponent(id)}/history?hours=${HOURS}`, {
      signal: ending.signal,
    })
      .then(setHistory)
      // The number stands above; without its history there is only no chart.
      .catch(() => {});
    return () => ending.abort();
  }, [call, id, players]);
  const chart =
    history && chartOf(history.points, { ...history, width: WIDTH, height: HEIGHT, hours: HOURS });
  if (!chart) return <div className="forum-chart" />;
  return (
    <svg
      className="forum-chart"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t.playersLately(chart.most)}
    >
      <title>{t.playersLately(chart.most)}</title>
      {chart.areas.map((area) => (
        <path key={area} d={area} />
      ))}
    </svg>
  );
}
