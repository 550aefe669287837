import { tidings } from '../peers/tidings.ts';
import { residentMemory, restingMemory } from '../processes.ts';
import { measureFanOut, openStage } from '../stage.ts';
import { absolute, contestant, type Row } from './row.ts';

/** Clients that read, beside those that do not. */
const READERS = 20;
/** Published to fill the kernel's buffers and the queues, seconds. */
const FILLING = { full: 3, quick: 1.5, smoke: 0.2 };
const KB = 1024;
/** The cap of a session's queue by default, KB. */
const QUEUE_CAP = 1024;
/** How often memory is looked at while it fills, milliseconds. */
const LOOK = 25;

/** Goal 8, second part: clients that follow a busy channel and read nothing. */
export const slowReader: Row = {
  name: 'slow-reader',
  title: 'Slow readers',
  about: `Clients that follow a busy channel and read nothing, beside ${READERS} that read all of it. The most memory the server takes more than before, for each of them; what they cost the others shows in the CPU per delivery.`,
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
      open: () => openStage(tidings, { transport: 'websocket', subscribers: READERS + slowReaders }),
      async round(stage) {
        const { pid } = stage.peer.process;
        // Without the others first, so that the heap has the size that it needs for them.
        await stage.load.run(32, FILLING[name] / 3);
        const before = await restingMemory(pid);
        await stage.load.stall(slowReaders);
        let most = before;
        const timer = setInterval(() => {
          most = Math.max(most, residentMemory(pid));
        }, LOOK);
        const round = await measureFanOut(stage, () => stage.load.run(32, FILLING[name]));
        clearInterval(timer);
        return { ...round, values: { ...round.values, kb: (most - before) / slowReaders / KB } };
      },
    }),
  ],
  verdicts: (median) => [
    absolute(8, 'KB per slow reader', median('tidings', 'kb'), 'at most', QUEUE_CAP, 'KB'),
  ],
};
