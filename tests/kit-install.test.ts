import { describe, expect, it } from 'vitest';
import { defineCommand, defineKit, type Kit, Type } from '../packages/server/src/kit.ts';
import { open } from './support/kit-parts.ts';
import { shouting } from './support/shouting-dialect.ts';
import { startKits } from './support/start-kits.ts';

describe('a kit that cannot be installed', () => {
  const broken: Readonly<Record<string, readonly [kit: Partial<Kit>, fault: RegExp]>> = {
    'a namespace that is there': [{ namespaces: { taken: open } }, /namespace "taken" is declared twice/],
    'a namespace that would break a promise': [
      { namespaces: { x: { durable: true, history: { size: 0 } } } },
      /durable/,
    ],
    'a command that is there': [
      { commands: [defineCommand({ name: 'ping', summary: '', data: Type.Object({}), handle: () => 0 })] },
      /command "ping" is declared twice/,
    ],
    'a path that is there': [
      { websockets: [{ path: '/realtime', dialect: shouting }] },
      /"\/realtime" is declared twice/,
    ],
    'a schedule that is none': [
      { jobs: [{ name: 'tick', schedule: 'often', run: () => {} }] },
      /job "tick": the schedule "often" cannot be read/,
    ],
    'a migration that fails': [
      { migrations: { '001': { up: () => Promise.reject(new Error('no table')) } } },
      /Migration "001" of "kit-broken" failed: no table/,
    ],
    'routes that fail': [{ routes: () => Promise.reject(new Error('no route')) }, /no route/],
    'an onStart that fails': [{ onStart: () => Promise.reject(new Error('no start')) }, /no start/],
  };
  const first = defineKit({ name: 'first', namespaces: { taken: open } });

  it.each(Object.entries(broken))('says which, and why: %s', async (_name, [parts, fault]) => {
    const error = await startKits([first, { name: 'broken', ...parts }]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toMatch(/^Kit "broken": (?!Kit)/);
    expect((error as Error).message).toMatch(fault);
  });
});
