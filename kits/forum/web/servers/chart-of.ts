import type { ServerPoint } from '../../events.ts';

/** A chart of players, as paths of SVG. */
export interface Chart {
  /** One for each stretch without a hole. */
  readonly areas: readonly string[];
  /** The most players at once. */
  readonly most: number;
}

export interface ChartOptions {
  /** Milliseconds of a point. */
  readonly step: number;
  readonly width: number;
  readonly height: number;
  /** How far back it goes. */
  readonly hours: number;
  /** Milliseconds since 1970-01-01 UTC. @default the time */
  readonly now?: number;
}

const HOUR = 3_600_000;

/** Draws how many played; a point that is missing, or when the server was down, is a hole. @returns `undefined` for fewer than two points */
export function chartOf(
  points: readonly ServerPoint[],
  { step, width, height, hours, now = Date.now() }: ChartOptions,
): Chart | undefined {
  const known = points.filter(({ online }) => online);
  // Of one point there is nothing to see.
  if (known.length < 2) return undefined;
  const most = Math.max(...known.map(({ players }) => players));
  const begin = now - hours * HOUR;
  const x = (at: number) => round(Math.min(1, Math.max(0, (at - begin) / (hours * HOUR))) * width);
  // A server on which nobody plays still has a line, of a unit.
  const y = (players: number) => round(height - 1 - (players / Math.max(1, most)) * (height - 2));
  const areas: string[] = [];
  let path: string[] = [];
  let end = 0;
  const close = () => {
    if (path.length > 0) areas.push(`M${path.join('L')}V${height}H${path[0]?.split(' ')[0]}Z`);
    path = [];
  };
  for (const { at, players } of known) {
    const from = Date.parse(at);
    if (from > end + step / 2) close();
    end = from + step;
    path.push(`${x(from)} ${y(players)}`, `${x(end)} ${y(players)}`);
  }
  close();
  return { areas, most };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
