import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Kit } from '../kit.ts';
import { kitFaults } from './kit-faults.ts';

/** Packages of which a kit gets the server's own copy, wherever its file lies and whatever is installed there. */
const OURS = /^@tidings\/(server|protocol)(\/|$)/;

let hooked = false;

/** A kit in a folder of its own needs nothing installed, and never meets a second copy of our classes. */
function shareOurs(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, OURS.test(specifier) ? { ...context, parentURL: import.meta.url } : context),
  });
}

/**
 * Loads a kit from a file, which may lie outside of the project: its default export is what `defineKit` gave.
 *
 * @throws Error that names the file and says what is wrong with it.
 */
export async function loadKit(path: string): Promise<Kit> {
  const file = resolve(path);
  if (!existsSync(file)) throw new Error(`The kit ${file} does not exist.`);
  shareOurs();
  let loaded: { readonly default?: unknown };
  try {
    loaded = await import(pathToFileURL(file).href);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The kit ${file} cannot be loaded: ${why}`, { cause: error });
  }
  const faults = kitFaults(loaded.default);
  if (faults.length > 0) throw new Error(`The kit ${file} is none:\n${faults.join('\n')}`);
  return loaded.default as Kit;
}
