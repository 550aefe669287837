import { nchan } from '../peers/nchan.ts';
import { node } from '../peers/node.ts';
import { tidings } from '../peers/tidings.ts';
import { measureFanOut } from '../stage.ts';
import { closedLoop, FAN_OUT_COLUMNS, fanOut, type Line } from './fan-out.ts';
import { type Contestant, type Row, ratio, type Scale } from './row.ts';

/** Messages a second of the paced row. */
const RATE = 20;
/** What SSE may cost more than a WebSocket. */
const MORE = 1.1;

const LINES: readonly Line[] = [
  { peer: tidings, transport: 'sse', id: 'tidings-sse', title: 'Tidings, SSE' },
  { peer: tidings, transport: 'websocket', title: 'Tidings, WebSocket' },
  { peer: node, transport: 'sse', title: `${node.title}, res.write` },
  { peer: nchan, transport: 'sse', title: `${nchan.title}, SSE` },
];

function sse(
  name: string,
  title: string,
  contestants: (scale: Scale) => readonly Contestant[],
  columns: readonly string[],
): Row {
  return {
    name,
    title: `Server-Sent Events: ${title}`,
    about: 'As the row of that name, with event streams for subscribers.',
    columns: FAN_OUT_COLUMNS,
    plot: columns[0] ?? 'cpu',
    contestants,
    verdicts: (median) =>
      columns.map((column) =>
        ratio(
          10,
          `${column === 'cpu' ? 'CPU per delivery' : column}, to its WebSocket’s`,
          median('tidings-sse', column),
          median('tidings', column),
          'at most',
          MORE,
        ),
      ),
  };
}

const oneChannel = ({ subscribers }: Scale) => ({ subscribers, channels: 1 });

/** Goal 10: event streams cost what WebSockets cost, in each of the first four rows. */
export const SSE_ROWS: readonly Row[] = [
  sse(
    'sse-fanout',
    'many in flight',
    (scale) => fanOut(LINES, oneChannel(scale), closedLoop(scale, scale.inFlight)),
    ['cpu'],
  ),
  sse(
    'sse-single',
    'one message at a time',
    (scale) => fanOut(LINES, oneChannel(scale), closedLoop(scale, 1)),
    ['cpu'],
  ),
  sse(
    'sse-paced',
    'paced',
    (scale) =>
      fanOut(LINES, oneChannel(scale), (stage) =>
        measureFanOut(stage, () => stage.load.pace(RATE, scale.pacedSeconds)),
      ),
    ['p50', 'p99'],
  ),
  sse(
    'sse-channels',
    '1,000 channels with one subscriber each',
    (scale) =>
      fanOut(
        LINES,
        { subscribers: scale.channels, channels: scale.channels },
        closedLoop(scale, scale.inFlight),
      ),
    ['cpu'],
  ),
];
