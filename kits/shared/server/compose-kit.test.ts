import type { AnyTables, Session, Tidings } from '@tidings/server/kit';
import { expect, it } from 'vitest';
import { composeKit, type KitPart } from './compose-kit.ts';

const tidings = {} as Tidings;
const session = {} as Session;
const up = async () => {};

it('adds up what its parts have, in their order', async () => {
  const called: string[] = [];
  const part = (name: string): KitPart<AnyTables> => ({
    namespaces: () => ({ [name]: {} }),
    migrations: { [`001-${name}`]: { up } },
    jobs: [{ name, schedule: '* * * * *', run: up }],
    routes: async () => void called.push(`routes ${name}`),
    onStart: () => void called.push(`start ${name}`),
    onStop: () => void called.push(`stop ${name}`),
  });
  const kit = composeKit('both', [part('a'), part('b')]);
  const { namespaces } = kit;
  expect(typeof namespaces === 'function' ? Object.keys(namespaces(tidings)) : []).toEqual(['a', 'b']);
  expect(Object.keys(kit.migrations ?? {})).toEqual(['001-a', '001-b']);
  expect(kit.jobs?.map(({ name }) => name)).toEqual(['a', 'b']);
  await kit.routes?.({} as Parameters<NonNullable<typeof kit.routes>>[0], tidings);
  await kit.onStart?.(tidings);
  await kit.onStop?.(tidings);
  expect(called).toEqual(['routes a', 'routes b', 'start a', 'start b', 'stop a', 'stop b']);
});

it('refuses two parts that have the same', () => {
  const part = { migrations: { '001-same': { up } } };
  expect(() => composeKit('twice', [part, part])).toThrow('Two parts have the migration "001-same".');
  const kit = composeKit<AnyTables>('twice', [
    { namespaces: { room: {} } },
    { namespaces: () => ({ room: {} }) },
  ]);
  const { namespaces } = kit;
  expect(() => (typeof namespaces === 'function' ? namespaces(tidings) : undefined)).toThrow(
    'Two parts have the namespace "room".',
  );
});

it('lets a part that fails hold none of the others up', async () => {
  const called: string[] = [];
  const failing = (name: string) => ({
    async onConnect() {
      called.push(name);
      throw new Error(`${name} broke`);
    },
  });
  const fine = { onConnect: () => void called.push('fine') };
  await expect(
    composeKit<AnyTables>('one', [failing('a'), fine]).onConnect?.(session, tidings),
  ).rejects.toThrow('a broke');
  expect(called).toEqual(['a', 'fine']);
  await expect(
    composeKit<AnyTables>('two', [failing('a'), failing('b')]).onConnect?.(session, tidings),
  ).rejects.toThrow('Error: a broke; Error: b broke');
});

it('asks nobody about events where nobody counts', () => {
  expect(composeKit('quiet', [{}]).onPublished).toBeUndefined();
  expect(composeKit('loud', [{}, { onPublished() {} }]).onPublished).toBeTypeOf('function');
});
