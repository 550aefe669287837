/**
 * A peer that is up, and the load beside it.
 *
 * @module
 */
import { type Answered, type Connected, Generator, type Published } from './generator.ts';
import type { Peer, RunningPeer, Setup } from './peers/peer.ts';
import { processorTime } from './processes.ts';
import type { Closable, Round } from './rows/row.ts';

const NS_PER_MS = 1e6;
const US_PER_S = 1e6;
const MS_PER_S = 1e3;
/** The part of a core that counts as all of it. */
const BUSY = 0.9;

/** A peer with its load. */
export interface Stage extends Closable {
  readonly peer: RunningPeer;
  readonly load: Generator;
}

export interface StageOptions extends Setup {
  readonly subscribers: number;
  /** Over which the subscribers are spread. @default 1 */
  readonly channels?: number;
  /** @default 1 */
  readonly publishers?: number;
}

/** Starts a peer and connects all clients. @throws Error when one does not get in. */
export async function openStage(peer: Peer, options: StageOptions): Promise<Stage> {
  const { subscribers, channels = 1, publishers = 1 } = options;
  const running = await peer.start(options);
  let load: Generator | undefined;
  const close = async () => {
    await load?.process.stop();
    await running.process.stop();
  };
  try {
    load = await Generator.start(running.port);
    await load.speak(running.wire);
    checkConnected(await load.connect(subscribers, channels), subscribers);
    await load.publishers(publishers);
    return { peer: running, load, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws Error when not all are in. */
export function checkConnected({ connected, fault }: Connected, count: number): void {
  if (connected < count) throw new Error(`${connected} of ${count} connected${fault ? `: ${fault}` : ''}`);
}

/** Publishes, and counts what it cost the server. */
export async function measureFanOut(stage: Stage, publish: () => Promise<Published>): Promise<Round> {
  const { server, load, result, notes } = await timed(stage, publish);
  const { deliveries, seconds, p50, p99, bytes } = result;
  return {
    values: {
      cpu: (server / deliveries) * US_PER_S,
      rate: deliveries / seconds,
      p50: p50 / NS_PER_MS,
      p99: p99 / NS_PER_MS,
      load: (load / deliveries) * US_PER_S,
      bytes: bytes / deliveries,
    },
    faults: [
      ...(deliveries === 0 ? ['nothing was delivered'] : []),
      ...faultsOf({ ...result, answers: deliveries }),
    ],
    notes,
  };
}

/** Asks, and counts what each answer cost the server. */
export async function measureAnswers(stage: Stage, seconds: number, eventsOfEach = 1): Promise<Round> {
  const { server, load, result, notes } = await timed(stage, () => stage.load.ask(seconds));
  const events = result.answers * eventsOfEach;
  return {
    values: {
      cpu: (server / events) * US_PER_S,
      rate: events / result.seconds,
      p50: result.p50 / NS_PER_MS,
      p99: result.p99 / NS_PER_MS,
      load: (load / events) * US_PER_S,
    },
    faults: [...(events === 0 ? ['nothing was answered'] : []), ...faultsOf(result)],
    notes,
  };
}

async function timed<Result extends { readonly idle?: number }>(stage: Stage, work: () => Promise<Result>) {
  const { pid } = stage.peer.process;
  checkRunning(stage);
  const server = processorTime(pid);
  const load = processorTime(stage.load.process.pid);
  const began = performance.now();
  const result = await work();
  const seconds = (performance.now() - began) / MS_PER_S;
  checkRunning(stage);
  const took = {
    server: processorTime(pid) - server,
    load: processorTime(stage.load.process.pid) - load - (result.idle ?? 0),
  };
  const waited = took.load > BUSY * seconds && took.server < BUSY * seconds;
  return { ...took, result, notes: waited ? ['the server waited for the load generator'] : [] };
}

function checkRunning({ peer }: Stage): void {
  const crashed = peer.process.ended();
  if (crashed !== undefined) throw new Error(`the server ${crashed}`);
}

function faultsOf(result: Answered & Partial<Published>): string[] {
  const { extra = 0 } = result;
  const said = result.fault ? ` (${result.fault})` : '';
  return [
    ...(result.lost > 0 ? [`${result.lost} lost`] : []),
    ...(extra > 0 ? [`${extra} twice or out of order`] : []),
    ...(result.closed > 0 ? [`${result.closed} connections ended by the server${said}`] : []),
    ...(result.errors > 0 ? [`${result.errors} refused${said}`] : []),
  ];
}
