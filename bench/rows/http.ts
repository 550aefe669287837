import { nodeHttp } from '../peers/node-http.ts';
import type { Peer, Transport } from '../peers/peer.ts';
import { BATCH, tidings } from '../peers/tidings.ts';
import { measureAnswers, openStage } from '../stage.ts';
import { type Contestant, contestant, type Row, ratio, type Scale } from './row.ts';

/** Connections, each with one request under way. */
const CONNECTIONS = 32;

/** Goal 6: publishing over HTTP. */
export const http: Row = {
  name: 'http',
  title: 'HTTP publish',
  about: `${CONNECTIONS} keep-alive connections, one request under way on each; a batch has ${BATCH} events. Nobody subscribes.`,
  columns: [
    { key: 'rate', title: 'events/s', digits: 0 },
    { key: 'cpu', title: 'server CPU, µs per event', digits: 2 },
    { key: 'p50', title: 'p50, ms', digits: 2 },
    { key: 'p99', title: 'p99, ms', digits: 2 },
  ],
  plot: 'rate',
  contestants: (scale) => [
    line(scale, tidings, 'http', 'tidings', 'Tidings, single', 1),
    line(scale, tidings, 'http-batch', 'tidings-batch', `Tidings, batches of ${BATCH}`, BATCH),
    line(scale, nodeHttp, 'http', 'node-http', nodeHttp.title, 1),
  ],
  verdicts: (median) => [
    ratio(
      6,
      'events a second, to bare node:http’s',
      median('tidings', 'rate'),
      median('node-http', 'rate'),
      'at least',
      0.7,
    ),
    ratio(
      6,
      'events a second in batches, to single ones',
      median('tidings-batch', 'rate'),
      median('tidings', 'rate'),
      'at least',
      10,
    ),
  ],
};

function line(
  scale: Scale,
  peer: Peer,
  transport: Transport,
  id: string,
  title: string,
  events: number,
): Contestant {
  return contestant({
    id,
    title,
    peer,
    key: `http ${id}`,
    open: () => openStage(peer, { transport, answered: true, subscribers: 0, publishers: CONNECTIONS }),
    async round(stage) {
      await stage.load.ask(scale.warmUp);
      return measureAnswers(stage, scale.seconds, events);
    },
  });
}
