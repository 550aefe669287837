import type { Connected } from '../generator.ts';
import { socketio } from '../peers/socketio.ts';
import { BATCH, publishBatch, tidings } from '../peers/tidings.ts';
import { processorTime } from '../processes.ts';
import { checkConnected, openStage, type Stage } from '../stage.ts';
import { contestant, type Round, type Row } from './row.ts';

/** Handshakes under way at the same time: as many as a listener keeps waiting. */
const AT_ONCE = 500;
const NS_PER_MS = 1e6;
const MS_PER_S = 1e3;

/** Goal 12: everybody comes back at once. */
export const storm: Row = {
  name: 'storm',
  title: 'Resume storm',
  about: `All clients are cut off, ${BATCH} events are published, and all come back at once, ${AT_ONCE} handshakes under way at a time; the time of each counts from the moment of the first one. Tidings’ clients come back with their positions and are done when they have all they missed; those of socket.io just come back to their room.`,
  columns: [
    { key: 'clients', title: 'clients', digits: 0 },
    { key: 'p50', title: 'p50, ms', digits: 0 },
    { key: 'p99', title: 'p99, ms', digits: 0 },
    { key: 'quiet', title: 'until all are back, ms', digits: 0 },
    { key: 'cpu', title: 'server CPU, ms', digits: 0 },
    { key: 'events', title: 'events caught up', digits: 0 },
  ],
  plot: 'quiet',
  contestants: ({ returning }) => [
    contestant({
      id: 'tidings',
      title: `${tidings.title}, ${BATCH} events behind`,
      peer: tidings,
      key: 'storm tidings',
      open: () => openStage(tidings, { transport: 'websocket', subscribers: returning }),
      async round(stage) {
        await stage.load.drop();
        await stage.load.speak(await publishBatch(stage.peer));
        return comeBack(stage, returning, BATCH);
      },
    }),
    contestant({
      id: 'socketio',
      title: `${socketio.title}, plain reconnect`,
      peer: socketio,
      key: 'storm socketio',
      open: () => openStage(socketio, { transport: 'socketio', subscribers: returning }),
      async round(stage) {
        await stage.load.drop();
        return comeBack(stage, returning, 0);
      },
    }),
  ],
  // Nothing to compare: there is no bound, both figures are shown.
  verdicts: () => [],
};

async function comeBack({ peer, load }: Stage, clients: number, behind: number): Promise<Round> {
  const { pid } = peer.process;
  const before = processorTime(pid);
  const result: Connected = await load.connect(clients, 1, AT_ONCE);
  checkConnected(result, clients);
  const missing = clients * behind - result.events;
  return {
    values: {
      clients,
      p50: result.p50 / NS_PER_MS,
      p99: result.p99 / NS_PER_MS,
      quiet: result.max / NS_PER_MS,
      cpu: (processorTime(pid) - before) * MS_PER_S,
      events: result.events,
    },
    faults: missing === 0 ? [] : [`${missing} events missing`],
  };
}
