import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { temporaryDirectory } from '../temporary-directory.ts';

/** What an app's bundler is given. */
export interface BundleOptions {
  /** The first module, whose path decides how its imports are resolved. */
  readonly entry: string;
  /** Its text, when it is no file. */
  readonly code?: string;
  /** Other modules in place of packages: their text by name. */
  readonly instead?: Readonly<Record<string, string>>;
}

/** Bundles a module and what it imports as an app's bundler does, and runs it. @returns what it exports. */
export async function runBundle<Exports>({ entry, code, instead = {} }: BundleOptions): Promise<Exports> {
  const built = await rolldown({
    input: entry,
    platform: 'node',
    plugins: [
      {
        name: 'given',
        resolveId(id, importer) {
          if (id === entry) return id;
          // A module that stands in for a package may import the package itself.
          return id in instead && importer === entry ? join(entry, '..', `${id}.instead.ts`) : null;
        },
        load(id) {
          if (id === entry && code !== undefined) return { code, moduleType: 'ts' };
          const name = Object.keys(instead).find((name) => id.endsWith(`${name}.instead.ts`));
          return name === undefined ? null : { code: instead[name] as string, moduleType: 'ts' };
        },
      },
    ],
  });
  const file = join(temporaryDirectory(), 'bundle.mjs');
  await built.write({ file, format: 'esm' });
  await built.close();
  return import(/* @vite-ignore */ pathToFileURL(file).href);
}
