import { tidings } from '../peers/tidings.ts';
import { residentMemory } from '../processes.ts';
import { checkConnected, measureFanOut, openStage } from '../stage.ts';
import { absolute, contestant, type Round, type Row } from './row.ts';

/** Clients that read, beside those that do not. */
const READERS = 20;
/** Published to fill the kernel's buffers and the queues, seconds. */
const FILLING = { full: 3, quick: 1.5, smoke: 0.2 };
const KB = 1024;
/** The cap of a session's queue by default, KB. */
const QUEUE_CAP = 1024;
/** Messages under way. */
const IN_FLIGHT = 32;
/** How often memory is looked at while it fills, milliseconds. */
const LOOK = 25;

/** Goal 8, second part: clients that follow a busy channel and read nothing. */
export const slowReader: Row = {
  name: 'slow-reader',
  title: 'Slow readers',
  about: `Clients that follow a busy channel and read nothing, beside ${READERS} that read all of it. The most memory that the server takes meanwhile, less what it took without them, for each of them; what they cost the others shows in the CPU per delivery.`,
  columns: [
    { key: 'kb', title: 'KB per slow reader, at most', digits: 0 },
    { key: 'cpu', title: 'server CPU, µs per delivery to the others', digits: 2 },
  ],
  plot: 'kb',
  contestants: ({ slowReaders, name }) => [
    contestant({
      id: 'tidings',
      title: tidings.title,
      peer: tidings,
      key: 'slow-reader',
      once: true,
      open: () => openStage(tidings, { transport: 'websocket', subscribers: READERS }),
      async round(stage) {
        const { pid } = stage.peer.process;
        const publish = () => measureFanOut(stage, () => stage.load.run(IN_FLIGHT, FILLING[name]));
        // The same first without them: what the server takes for its work is not what they cost.
        const without = await mostMemory(pid, publish);
        const count = READERS + slowReaders;
        checkConnected(await stage.load.connect(count, 1), count);
        await stage.load.stall(slowReaders);
        const { most, round } = await mostMemory(pid, publish);
        return { ...round, values: { ...round.values, kb: (most - without.most) / slowReaders / KB } };
      },
    }),
  ],
  verdicts: (median) => [
    absolute(8, 'KB per slow reader', median('tidings', 'kb'), 'at most', QUEUE_CAP, 'KB'),
  ],
};

/** The most memory that a process takes while a round runs, bytes. */
async function mostMemory(pid: number, work: () => Promise<Round>): Promise<{ round: Round; most: number }> {
  let most = residentMemory(pid);
  const timer = setInterval(() => {
    most = Math.max(most, residentMemory(pid));
  }, LOOK);
  try {
    const round = await work();
    return { round, most: Math.max(most, residentMemory(pid)) };
  } finally {
    clearInterval(timer);
  }
}
