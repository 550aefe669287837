import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { Heartbeat } from './heartbeat.ts';

let clock: ManualClock;
let heartbeat: Heartbeat;
let told: string[];

beforeEach(() => {
  clock = new ManualClock();
  told = [];
  heartbeat = new Heartbeat({
    clock,
    patience: 10_000,
    ping: () => told.push(`ping ${clock.monotonic()}`),
    onSilence: () => told.push(`silence ${clock.monotonic()}`),
  });
  heartbeat.start(25_000);
});

it('pings after so much silence, and gives the answer its time', async () => {
  await clock.advance(24_999);
  expect(told).toEqual([]);
  await clock.advance(10_000);
  expect(told).toEqual(['ping 25000']);
  await clock.advance(1);
  expect(told).toEqual(['ping 25000', 'silence 35000']);
  await clock.advance(100_000);
  expect(told).toHaveLength(2);
  expect(clock.timers).toBe(0);
});

it('does not ping while something is heard', async () => {
  for (let n = 0; n < 20; n += 1) {
    await clock.advance(20_000);
    heartbeat.heard();
  }
  expect(told).toEqual([]);
});

it('is content with anything that is heard after a ping', async () => {
  await clock.advance(30_000);
  heartbeat.heard();
  await clock.advance(20_000);
  expect(told).toEqual(['ping 25000']);
  await clock.advance(40_000);
  expect(told).toEqual(['ping 25000', 'ping 55000', 'silence 65000']);
});

it('asks at once when the device wakes, and waits for less long', async () => {
  await clock.advance(1000);
  heartbeat.probe();
  await clock.advance(5000);
  expect(told).toEqual(['ping 1000', 'silence 6000']);
});

it('says nothing once it is stopped', async () => {
  heartbeat.stop();
  heartbeat.probe();
  await clock.advance(100_000);
  expect(told).toEqual([]);
});
