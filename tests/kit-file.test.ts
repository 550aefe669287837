import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadKit } from '../packages/server/src/kits/load-kit.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

describe('a kit in a file', () => {
  /** Writes files into a directory of their own, outside of the repository. */
  function write(files: Readonly<Record<string, string>>): string {
    const directory = temporaryDirectory();
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(directory, name, '..'), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    return directory;
  }

  it('is loaded from outside of the repository, and gets the server’s own kit API', async () => {
    const directory = write({
      'kit.ts': `
        import { defineKit, TidingsError, Type } from '@tidings/server/kit';
        import { TidingsError as Same } from '@tidings/protocol';
        import { name } from './name.ts';
        if (Same !== TidingsError) throw new Error('two copies');
        export default defineKit({ name, namespaces: { x: { events: { y: Type.String() } } } });`,
      'name.ts': `export const name: string = 'outside';`,
    });
    const script = `
      const { loadKit } = await import(${JSON.stringify(join(import.meta.dirname, '../packages/server/src/kits/load-kit.ts'))});
      console.log((await loadKit('kit.ts')).name);`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=source', '--input-type=module', '--eval', script],
      { cwd: directory, env: { PATH: process.env.PATH } },
    );
    expect(stdout).toBe('outside\n');
  });

  it('is refused with words when it is none', async () => {
    const directory = write({
      'throws.js': `throw new Error('no luck');`,
      'empty.js': 'export const kit = 1;',
      'wrong.js': `export default { name: 'Wrong', comands: [], jobs: {}, onStart: 1, routes: undefined };`,
      'right.js': `export default { name: 'right', commands: [], namespaces: () => ({}), jobs: undefined };`,
    });
    const load = (name: string) => loadKit(join(directory, name));
    await expect(load('nothing.js')).rejects.toThrow(/nothing\.js does not exist/);
    await expect(load('throws.js')).rejects.toThrow(/throws\.js cannot be loaded: no luck/);
    await expect(load('empty.js')).rejects.toThrow(/empty\.js is none:\nIts default export must be/);
    const error = await load('wrong.js').catch((thrown: Error) => thrown);
    expect((error as Error).message.split('\n').slice(1)).toEqual([
      expect.stringMatching(/^"name" must match/),
      expect.stringMatching(/^"comands" is no part of a kit/),
      '"jobs" must be a list.',
      '"onStart" must be a function.',
    ]);
    expect((await load('right.js')).name).toBe('right');
  });
});
