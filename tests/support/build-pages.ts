import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds the pages as `npm start` does, once before the browser tests: a build that two of them begin would hit both. */
export function setup(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts/build-web.ts')], {
    stdio: 'inherit',
  });
}
