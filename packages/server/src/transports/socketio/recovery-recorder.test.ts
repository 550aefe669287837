import { expect, onTestFinished, test } from 'vitest';
import { MemoryRecoveryStore } from '../../brokers/memory/memory-recovery-store.ts';
import { ANONYMOUS } from '../../core/identity.ts';
import type { RecoveryRecord } from '../../core/ports/recovery-store.ts';
import { Session } from '../../core/session.ts';
import { ManualClock } from '../../core/testing/manual-clock.ts';
import { MemoryConnection, memoryWire } from '../../core/testing/memory-connection.ts';
import { type Recoverable, RecoveryRecorder } from './recovery-recorder.ts';

const WINDOW = 10_000;

/** A store that may fail, and says what it was given to keep. */
class Store extends MemoryRecoveryStore {
  failing = false;
  given: readonly string[] = [];

  override async save(records: readonly RecoveryRecord[]): Promise<void> {
    this.given = records.map(({ pid }) => pid);
    if (this.failing) throw new Error('The disk is full.');
    await super.save(records);
  }

  override async delete(pids: readonly string[]): Promise<void> {
    if (this.failing) throw new Error('The disk is full.');
    await super.delete(pids);
  }
}

function recoverable(pid: string, openedAt: number): Recoverable {
  const session = new Session({
    id: pid,
    transport: 'socketio',
    wire: memoryWire,
    connection: new MemoryConnection(),
    identity: ANONYMOUS,
    provisional: false,
    address: '',
    openedAt,
  });
  return { pid, session, floors: new Map(), leftAt: undefined, hold() {}, release() {} };
}

test('a session that left is not kept for a store that fails for longer than it could come back', async () => {
  const clock = new ManualClock();
  const store = new Store();
  const recorder = new RecoveryRecorder({ store, clock, window: WINDOW, onError: () => {} });
  onTestFinished(() => recorder.close());
  const settled = () => recorder.find('nobody');
  const [gone, here] = [recoverable('gone', clock.now()), recoverable('here', clock.now())];
  for (const each of [gone, here]) recorder.changed(each);
  await settled();
  store.failing = true;
  recorder.left(gone);
  recorder.changed(here);
  await settled();
  for (let second = 0; second <= WINDOW / 1000; second += 1) {
    clock.advance(1000);
    await settled();
  }
  expect(store.given).toEqual(['here']);
  store.failing = false;
  clock.advance(1000);
  await settled();
  expect(await store.load('gone')).toBeUndefined();
  expect(await recorder.find('here')).toMatchObject({ pid: 'here', leftAt: undefined });
});
