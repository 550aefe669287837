import { openFiles } from '../machine.ts';
import { bun } from '../peers/bun.ts';
import { c } from '../peers/c.ts';
import { flaskSocketio } from '../peers/flask-socketio.ts';
import { mosquitto } from '../peers/mosquitto.ts';
import { nats } from '../peers/nats.ts';
import { nchan } from '../peers/nchan.ts';
import { node } from '../peers/node.ts';
import type { Peer, Transport } from '../peers/peer.ts';
import { socketio } from '../peers/socketio.ts';
import { tidings } from '../peers/tidings.ts';
import { ws } from '../peers/ws.ts';
import { restingMemory } from '../processes.ts';
import { checkConnected, openStage } from '../stage.ts';
import { absolute, type Contestant, contestant, type Row, type Verdict } from './row.ts';

/** Connected and gone again before it counts, so that the server has loaded what it needs. */
const WARM = 200;
/** Files that a server needs beside its connections. */
const OTHER_FILES = 200;
const KB = 1024;
const WEBSOCKET_LIMIT = 10;
const SSE_LIMIT = 12;

/** All peers once, at the first count; Tidings at every count. */
const LINES: readonly (readonly [Peer, Transport, string, string])[] = [
  [tidings, 'websocket', 'tidings', tidings.title],
  [tidings, 'sse', 'tidings-sse', `${tidings.title}, SSE`],
  [tidings, 'socketio', 'tidings-socketio', `${tidings.title}, Socket.IO`],
  [c, 'websocket', 'c', c.title],
  [node, 'websocket', 'node', node.title],
  [node, 'sse', 'node-sse', `${node.title}, SSE`],
  [bun, 'websocket', 'bun', bun.title],
  [nchan, 'websocket', 'nchan', nchan.title],
  [nats, 'websocket', 'nats', nats.title],
  [mosquitto, 'websocket', 'mosquitto', mosquitto.title],
  [ws, 'websocket', 'ws', ws.title],
  [socketio, 'socketio', 'socketio', socketio.title],
  [flaskSocketio, 'socketio', 'flask-socketio', flaskSocketio.title],
];

/** Goal 8, first part, one row for each count of connections. */
export const IDLE_ROWS: readonly Row[] = [
  idle('idle', ([few]) => few, LINES),
  idle(
    'idle-many',
    ([, many]) => many,
    LINES.filter(([, , id]) => id === 'tidings' || id === 'ws'),
  ),
];

function idle(
  name: string,
  countOf: (counts: readonly number[]) => number | undefined,
  lines: typeof LINES,
): Row {
  return {
    name,
    title:
      name === 'idle' ? 'Memory of idle connections' : 'Memory of as many idle connections as there may be',
    about:
      'Resident memory of the server per connection, authenticated where the server knows users, with one subscription. One round: memory is not a matter of luck.',
    columns: [
      { key: 'kb', title: 'KB per connection', digits: 1 },
      { key: 'connections', title: 'connections', digits: 0 },
      { key: 'seconds', title: 'time to connect all, s', digits: 1 },
    ],
    plot: 'kb',
    together: true,
    contestants({ idle: counts }) {
      const count = countOf(counts);
      return count === undefined
        ? []
        : lines.map(([peer, transport, id, title]) => line(peer, transport, id, title, count));
    },
    verdicts: (median): readonly Verdict[] => [
      absolute(8, `KB per connection, ${name}`, median('tidings', 'kb'), 'at most', WEBSOCKET_LIMIT, 'KB'),
      ...(name === 'idle'
        ? [absolute(10, 'KB per idle event stream', median('tidings-sse', 'kb'), 'at most', SSE_LIMIT, 'KB')]
        : [
            absolute(
              8,
              'idle connections at once',
              median('tidings', 'connections'),
              'at least',
              20_000,
              'connections',
            ),
          ]),
    ],
  };
}

function line(peer: Peer, transport: Transport, id: string, title: string, wanted: number): Contestant {
  return contestant({
    id,
    title,
    peer,
    // Opened in the round and closed there, so that the memory of all peers is not taken at once.
    key: `idle ${id}`,
    open: () => Promise.resolve({ close: () => Promise.resolve() }),
    once: true,
    async round() {
      const count = Math.min(wanted, openFiles() - OTHER_FILES);
      const stage = await openStage(peer, { transport, subscribers: WARM, publishers: 0 });
      try {
        await stage.load.drop();
        const { pid } = stage.peer.process;
        const before = await restingMemory(pid);
        const connected = await stage.load.connect(count, 1);
        checkConnected(connected, count);
        const after = await restingMemory(pid);
        return {
          values: { kb: (after - before) / count / KB, connections: count, seconds: connected.seconds },
          faults: [],
          notes:
            count < wanted ? [`${wanted} are more than a process may have files here (${openFiles()})`] : [],
        };
      } finally {
        await stage.close();
      }
    },
  });
}
