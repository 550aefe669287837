import { nats } from '../peers/nats.ts';
import { nchan } from '../peers/nchan.ts';
import { measureFanOut } from '../stage.ts';
import { everyPeer, fanOut } from './fan-out.ts';
import { type Row, ratio } from './row.ts';

/** Messages a second. */
const RATE = 20;
/** Published before it counts, seconds. */
const WARM_UP = 0.1;

/** Goal 4: how long an event takes when the server is not busy. */
export const paced: Row = {
  name: 'paced',
  title: 'Paced',
  about: `1,000 subscribers of one channel, ${RATE} messages a second; the latency of each delivery, from the publisher’s write to the subscriber’s read.`,
  columns: [
    { key: 'p50', title: 'p50, ms', digits: 2 },
    { key: 'p99', title: 'p99, ms', digits: 2 },
    { key: 'cpu', title: 'server CPU, µs per delivery', digits: 2 },
  ],
  plot: 'p99',
  contestants: (scale) =>
    fanOut(everyPeer(), { subscribers: scale.subscribers, channels: 1 }, async (stage) => {
      await stage.load.pace(RATE, WARM_UP);
      return measureFanOut(stage, () => stage.load.pace(RATE, scale.pacedSeconds));
    }),
  verdicts: (median) =>
    [nats, nchan].flatMap((peer) =>
      ['p50', 'p99'].map((column) =>
        ratio(
          4,
          `${column}, to ${peer.title}’s`,
          median('tidings', column),
          median(peer.name, column),
          'at most',
          1,
        ),
      ),
    ),
};
