import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SQLITE_LOOP, sqlite } from '../peers/sqlite.ts';
import { tidings } from '../peers/tidings.ts';
import { processorTime, start, temporaryDirectory } from '../processes.ts';
import { measureAnswers, openStage } from '../stage.ts';
import { PAYLOAD } from '../wire.ts';
import { closedLoop, FAN_OUT_COLUMNS, fanOut } from './fan-out.ts';
import { type Contestant, contestant, type Row, ratio, type Scale } from './row.ts';

const PUBLISHERS = 64;
const US_PER_S = 1e6;
/** Of the rows' one channel. */
const CLIENTS = ({ subscribers }: Scale) => ({ subscribers, channels: 1 });

/** Goal 5, first half: publishes that are on disk before they are acknowledged. */
export const durable: Row = {
  name: 'durable',
  title: 'Durable publishes',
  about: `${PUBLISHERS} publishers on WebSockets, each waiting for the acknowledgement of its event before it sends the next; beside one connection with as many under way, each done when a subscriber has it, and a loop without a network that commits the same rows in groups of ${PUBLISHERS}.`,
  columns: [
    { key: 'rate', title: 'events/s', digits: 0 },
    { key: 'cpu', title: 'CPU, µs per event', digits: 1 },
    { key: 'p50', title: 'p50 to the acknowledgement, ms', digits: 2 },
    { key: 'p99', title: 'p99, ms', digits: 2 },
  ],
  plot: 'rate',
  contestants: (scale) => [publishers(scale, true), publishers(scale, false), one(scale), loop(scale)],
  verdicts: (median) => [
    ratio(
      5,
      'events a second, to the bare loop’s',
      median('tidings', 'rate'),
      median('sqlite', 'rate'),
      'at least',
      0.6,
    ),
  ],
};

/** Goal 5, second half: fan-out of a durable channel. */
export const durableFanOut: Row = {
  name: 'durable-fanout',
  title: 'Fan-out of a durable channel',
  about: 'Many in flight on a durable channel, beside the same on a memory channel.',
  columns: FAN_OUT_COLUMNS,
  plot: 'cpu',
  contestants: (scale) =>
    fanOut(
      [
        { peer: tidings, transport: 'websocket', title: 'Tidings, memory channel' },
        {
          peer: tidings,
          transport: 'websocket',
          durable: true,
          id: 'tidings-durable',
          title: 'Tidings, durable channel',
        },
      ],
      CLIENTS(scale),
      closedLoop(scale, scale.inFlight),
    ),
  verdicts: (median) => [
    ratio(
      5,
      'CPU per delivery, to the memory channel’s',
      median('tidings-durable', 'cpu'),
      median('tidings', 'cpu'),
      'at most',
      1.1,
    ),
  ],
};

function publishers(scale: Scale, onDisk: boolean): Contestant {
  return contestant({
    id: onDisk ? 'tidings' : 'tidings-memory',
    title: onDisk ? 'Tidings, durable channel' : 'Tidings, memory channel',
    peer: tidings,
    key: `publishers ${onDisk}`,
    open: () =>
      openStage(tidings, {
        transport: 'websocket',
        durable: onDisk,
        answered: true,
        subscribers: 0,
        publishers: PUBLISHERS,
      }),
    async round(stage) {
      await stage.load.ask(scale.warmUp);
      return measureAnswers(stage, scale.seconds);
    },
  });
}

/** What is left where events need not be read from, and answered on, a socket each. */
function one(scale: Scale): Contestant {
  return contestant({
    id: 'tidings-one',
    title: `Tidings, durable channel, ${PUBLISHERS} under way on one connection`,
    peer: tidings,
    key: 'publisher of many',
    open: () => openStage(tidings, { transport: 'websocket', durable: true, subscribers: 1 }),
    round: closedLoop(scale, PUBLISHERS),
  });
}

function loop(scale: Scale): Contestant {
  return contestant({
    id: 'sqlite',
    title: sqlite.title,
    peer: sqlite,
    key: 'sqlite',
    async open() {
      const file = join(temporaryDirectory(), 'loop.db');
      const process_ = start('server', [process.execPath, SQLITE_LOOP, file, String(PUBLISHERS), PAYLOAD]);
      const { stdout, stdin } = process_.child;
      if (!stdout) throw new Error('the loop has no output');
      const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
      await lines.next();
      const ask = async (seconds: number) => {
        stdin?.write(`${seconds}\n`);
        const { value } = await lines.next();
        const [, rows, took] = /rows=(\d+) seconds=(\S+)/.exec(String(value)) ?? [];
        if (rows === undefined) throw new Error(`the loop ${process_.ended() ?? `said ${value}`}`);
        return { rows: Number(rows), seconds: Number(took) };
      };
      return { ask, pid: process_.pid, close: () => process_.stop() };
    },
    async round({ ask, pid }) {
      await ask(scale.warmUp);
      const before = processorTime(pid);
      const { rows, seconds } = await ask(scale.seconds);
      return {
        values: { rate: rows / seconds, cpu: ((processorTime(pid) - before) / rows) * US_PER_S },
        faults: [],
      };
    },
  });
}
