import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../../core/testing/manual-clock.ts';
import { settled, someone } from '../../core/testing/test-core.ts';
import { openDatabase } from '../../storage/database.ts';
import { type CoreTables, migrate } from '../../storage/migrations.ts';
import { Revocations } from './revocations.ts';
import { AUTH_MIGRATIONS } from './tables.ts';

let directory: string;
let db: Kysely<CoreTables>;
let clock: ManualClock;
let faults: unknown[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidings-revocations-'));
  db = await openDatabase({ directory, onError: () => {} });
  await migrate(db, 'auth', AUTH_MIGRATIONS);
  clock = new ManualClock();
  faults = [];
});

afterEach(async () => {
  await db.destroy();
  rmSync(directory, { recursive: true });
});

async function started(): Promise<Revocations> {
  const revocations = new Revocations({ db, clock, onError: (error) => faults.push(error) });
  await revocations.start();
  return revocations;
}

const issued = (ago: number) => someone('alice', { issuedAt: clock.now() - ago });

it('covers the tokens of a user up to a moment, and those without an age', async () => {
  const revocations = await started();
  await revocations.add({ kind: 'user', value: 'alice', at: clock.now() - 1000 });
  expect(revocations.covers(issued(1001))).toBe(true);
  expect(revocations.covers(issued(1000))).toBe(true);
  expect(revocations.covers(issued(999))).toBe(false);
  expect(revocations.covers(someone('alice'))).toBe(true);
  expect(revocations.covers(someone('bob'))).toBe(false);
  expect(revocations.covers({ ...someone('alice'), user: undefined })).toBe(false);
});

it('covers one token by its id, whoever has it', async () => {
  const revocations = await started();
  await revocations.add({ kind: 'token', value: 't1' });
  expect(revocations.covers(someone('alice', { tokenId: 't1', issuedAt: clock.now() + 5000 }))).toBe(true);
  expect(revocations.covers(someone('alice', { tokenId: 't2' }))).toBe(false);
  expect(revocations.covers(someone('t1'))).toBe(false);
});

it('outlives the process', async () => {
  const before = await started();
  await before.add({ kind: 'user', value: 'alice' });
  await before.add({ kind: 'token', value: 't1' });
  before.close();
  const revocations = await started();
  expect(revocations.covers(issued(0))).toBe(true);
  expect(revocations.covers(someone('bob', { tokenId: 't1' }))).toBe(true);
});

it('is never taken back by an earlier or shorter one', async () => {
  const revocations = await started();
  await revocations.add({ kind: 'user', value: 'alice' });
  await revocations.add({ kind: 'user', value: 'alice', at: clock.now() - 5000, expiresAt: clock.now() + 1 });
  clock.advance(10);
  for (const one of [revocations, await started()]) expect(one.covers(issued(10))).toBe(true);
});

it('moves on with a later one', async () => {
  const revocations = await started();
  await revocations.add({ kind: 'user', value: 'alice', expiresAt: clock.now() + 1000 });
  clock.advance(500);
  await revocations.add({ kind: 'user', value: 'alice', expiresAt: clock.now() + 1000 });
  clock.advance(700);
  for (const one of [revocations, await started()]) expect(one.covers(issued(700))).toBe(true);
});

it('is forgotten once what it is about has expired', async () => {
  const revocations = await started();
  await revocations.add({ kind: 'token', value: 'short', expiresAt: clock.now() + 1000 });
  await revocations.add({ kind: 'token', value: 'long' });
  expect(revocations.covers(someone('alice', { tokenId: 'short' }))).toBe(true);
  clock.advance(1000);
  expect(revocations.covers(someone('alice', { tokenId: 'short' }))).toBe(false);
  clock.advance(60_000);
  await settled();
  const kept = await db
    .withTables<{ revocations: { value: string } }>()
    .selectFrom('revocations')
    .select('value')
    .execute();
  expect(kept).toEqual([{ value: 'long' }]);
  expect(faults).toEqual([]);
});

it('holds in memory when it cannot be stored, and says so', async () => {
  const revocations = await started();
  await db.schema.dropTable('revocations').execute();
  await expect(revocations.add({ kind: 'user', value: 'alice' })).rejects.toMatchObject({
    code: 'storage_unavailable',
  });
  expect(revocations.covers(issued(0))).toBe(true);
  clock.advance(60_000);
  await settled();
  expect(faults).toHaveLength(1);
});
