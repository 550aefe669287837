import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../core/testing/manual-clock.ts';
import { openDatabase } from '../storage/database.ts';
import { CORE_MIGRATIONS, migrate } from '../storage/migrations.ts';
import { temporaryDirectory } from '../storage/testing/temporary-directory.ts';
import { JobTurns } from './job-turns.ts';

const SECOND = 1000;

let clock: ManualClock;
let errors: unknown[];
/** Two servers on one database. */
let one: JobTurns;
let other: JobTurns;

beforeEach(async () => {
  clock = new ManualClock();
  errors = [];
  const onError = (error: unknown) => void errors.push(error);
  const db = await openDatabase({ directory: temporaryDirectory(), onError });
  onTestFinished(() => db.destroy());
  await migrate(db, 'core', CORE_MIGRATIONS);
  one = new JobTurns({ db, clock, onError });
  other = new JobTurns({ db, clock, onError });
});

test('a turn is taken once', async () => {
  const due = clock.now();
  const done = await one.take('clean', due);
  expect(await other.take('clean', due)).toBeUndefined();
  await done?.();
  expect(await other.take('clean', due)).toBeUndefined();
  expect(await one.take('clean', due - SECOND)).toBeUndefined();
  expect(await other.take('clean', due + SECOND)).toBeDefined();
});

test('jobs take turns of their own', async () => {
  expect(await one.take('clean', clock.now())).toBeDefined();
  expect(await other.take('count', clock.now())).toBeDefined();
});

test('a run that takes longer than its turn has the next left out, on all servers', async () => {
  const due = clock.now();
  const done = await one.take('clean', due);
  for (let past = 0; past < 120; past += 5) {
    clock.advance(5 * SECOND);
    expect(await other.take('clean', due + past)).toBeUndefined();
  }
  await done?.();
  expect(await other.take('clean', due + 120 * SECOND)).toBeDefined();
  expect(errors).toEqual([]);
});

test('the turn of a server that died is over after half a minute', async () => {
  const still = new ManualClock(clock.now());
  const { now } = clock;
  // Its clock rings no more.
  clock.every = still.every.bind(still);
  const due = now();
  await one.take('clean', due);
  clock.advance(29 * SECOND);
  expect(await other.take('clean', due + 10 * SECOND)).toBeUndefined();
  clock.advance(SECOND);
  expect(await other.take('clean', due + 10 * SECOND)).toBeDefined();
});

test('a clock that was ahead and has been set back keeps no job from its turns', async () => {
  const { now } = clock;
  const due = now();
  clock.now = () => due + 24 * 3600 * SECOND;
  // Never given back: its server died.
  await one.take('clean', due + 24 * 3600 * SECOND);
  clock.now = now;
  expect(await other.take('clean', due)).toBeDefined();
  expect(await one.take('clean', due)).toBeUndefined();
});
