import { tidings } from '../peers/tidings.ts';
import { ws } from '../peers/ws.ts';
import { measureAnswers, openStage } from '../stage.ts';
import { contestant, type Row, ratio } from './row.ts';

/** Clients, each with one command under way. */
const CLIENTS = 64;

/** Goal 7: what clients send. */
export const inbound: Row = {
  name: 'inbound',
  title: 'Inbound commands',
  about: `${CLIENTS} clients, each sending a JSON command and waiting for its answer. The bare ws server parses it, checks it against the same compiled schema and answers; Tidings also asks for rights and counts rates.`,
  columns: [
    { key: 'cpu', title: 'server CPU, µs per command', digits: 2 },
    { key: 'rate', title: 'commands/s', digits: 0 },
    { key: 'p50', title: 'p50, ms', digits: 2 },
    { key: 'p99', title: 'p99, ms', digits: 2 },
  ],
  plot: 'cpu',
  contestants: (scale) =>
    [tidings, ws].map((peer) =>
      contestant({
        id: peer.name,
        title: peer === ws ? `${peer.title}, bare` : peer.title,
        peer,
        key: `inbound ${peer.name}`,
        open: () => openStage(peer, { transport: 'command', subscribers: 0, publishers: CLIENTS }),
        async round(stage) {
          await stage.load.ask(scale.warmUp);
          return measureAnswers(stage, scale.seconds);
        },
      }),
    ),
  verdicts: (median) => [
    ratio(7, 'CPU per command, to bare ws’s', median('tidings', 'cpu'), median('ws', 'cpu'), 'at most', 1),
  ],
};
