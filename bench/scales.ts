import type { Scale } from './rows/row.ts';

/** What `--quick` may take, seconds; what is not measured by then is said to be missing. */
export const QUICK_LIMIT = 165;

/** What is measured for docs/performance.md. */
export const FULL: Scale = {
  name: 'full',
  rounds: 3,
  subscribers: 1000,
  channels: 1000,
  inFlight: 32,
  seconds: 2,
  warmUp: 0.5,
  pacedSeconds: 6,
  idle: [5000, 20_000],
  slowReaders: 100,
  returning: 5000,
};

/** All of it within three minutes, to see where a change leads. */
export const QUICK: Scale = {
  ...FULL,
  name: 'quick',
  rounds: 3,
  seconds: 0.2,
  warmUp: 0.05,
  pacedSeconds: 0.5,
  idle: [2000],
  slowReaders: 20,
  returning: 1000,
};

/** Whether the counts are right; the times mean nothing. */
export const SMOKE: Scale = {
  name: 'smoke',
  rounds: 1,
  subscribers: 40,
  channels: 20,
  inFlight: 8,
  seconds: 0.1,
  warmUp: 0.02,
  pacedSeconds: 0.3,
  idle: [50],
  slowReaders: 2,
  returning: 30,
};
