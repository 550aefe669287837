import { Histogram } from './histogram.ts';

/** Without any progress for so long, what is missing counts as lost, milliseconds. */
const PATIENCE = 5000;
const NS_PER_MS = 1e6;
export const NS_PER_S = 1e9;

const nothing = () => ({
  deliveries: 0,
  lost: 0,
  extra: 0,
  closed: 0,
  errors: 0,
  bytes: 0,
  answers: 0,
  opened: 0,
  failed: 0,
  events: 0,
});

/** What one command counts. */
export const tally = {
  count: nothing(),
  /** Latencies, nanoseconds. */
  times: new Histogram(),
  /** The first thing that went wrong. */
  fault: '',
  /** When the command began, and when something last came of it; nanoseconds of {@link now}. */
  began: 0,
  progress: 0,
};

/** Called when something has come. */
let onProgress = () => {};

/** A monotonic clock, nanoseconds. */
export const now = () => Number(process.hrtime.bigint());

/** Counts from zero again. */
export function beginTally(): void {
  tally.count = nothing();
  tally.times = new Histogram();
  tally.fault = '';
  tally.began = tally.progress = now();
}

/** Notes what went wrong, when it is the first. @param text of which the first line is kept. */
export function setFault(text: string): void {
  if (tally.fault === '')
    tally.fault = (text.split(/[\r\n]/)[0] ?? '').replaceAll(/[^ -~]|"/g, '.').slice(0, 200);
}

/** Has whoever waits look again. */
export function wake(): void {
  onProgress();
}

/**
 * Waits until a condition holds, looking whenever something has come; false when nothing comes any more.
 *
 * @param interval at which it looks anyway, milliseconds. @default 10
 */
export function until(condition: () => boolean, interval = 10): Promise<boolean> {
  return new Promise((resolve) => {
    const look = () => {
      const done = condition();
      if (!done && now() - tally.progress < PATIENCE * NS_PER_MS) return;
      clearInterval(timer);
      onProgress = () => {};
      resolve(done);
    };
    const timer = setInterval(look, interval);
    onProgress = look;
    look();
  });
}

/** The answer to a command: fields of its own, the latencies and the fault. */
export function answer(fields: Readonly<Record<string, number>>): string {
  const { times, fault } = tally;
  const all = { ...fields, p50: times.quantile(0.5), p99: times.quantile(0.99), max: times.max };
  return `ok ${Object.entries(all)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')} fault="${fault}"`;
}
