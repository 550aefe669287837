import { flaskSocketio } from '../peers/flask-socketio.ts';
import { socketio } from '../peers/socketio.ts';
import { tidings } from '../peers/tidings.ts';
import { closedLoop, FAN_OUT_COLUMNS, fanOut, type Line } from './fan-out.ts';
import { type Row, ratio, type Scale } from './row.ts';

const LINES: readonly Line[] = [
  { peer: tidings, transport: 'socketio', title: 'Tidings, Socket.IO' },
  { peer: socketio, transport: 'socketio' },
  { peer: flaskSocketio, transport: 'socketio' },
];

function row(name: string, title: string, inFlight: (scale: Scale) => number): Row {
  return {
    name,
    title: `Socket.IO clients: ${title}`,
    about:
      'Subscribers and publisher are Socket.IO clients, by WebSocket; 1,000 subscribers of one channel or room.',
    columns: FAN_OUT_COLUMNS,
    plot: 'cpu',
    contestants: (scale) =>
      fanOut(LINES, { subscribers: scale.subscribers, channels: 1 }, closedLoop(scale, inFlight(scale))),
    verdicts: (median) => [
      ratio(
        9,
        'CPU per delivery, to the socket.io server’s',
        median('tidings', 'cpu'),
        median('socketio', 'cpu'),
        'at most',
        1,
      ),
      ratio(9, 'the aim', median('tidings', 'cpu'), median('socketio', 'cpu'), 'at most', 0.7),
    ],
  };
}

/** Goal 9: Socket.IO clients. */
export const SOCKETIO_ROWS: readonly Row[] = [
  row('socketio-fanout', 'many in flight', ({ inFlight }) => inFlight),
  row('socketio-single', 'one message at a time', () => 1),
];
