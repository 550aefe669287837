/**
 * Fails when the core has outgrown what a page is asked to load for it.
 */
import { join } from 'node:path';
import { bundle } from './bundle.ts';

/** Bytes, minified and gzipped; without what is loaded on demand. */
const LIMIT = 12 * 1024;

const { gzipped } = await bundle(join(import.meta.dirname, 'core.ts'));
process.stdout.write(`@tidings/client: ${gzipped} of ${LIMIT} bytes, minified and gzipped\n`);
if (gzipped > LIMIT) process.exitCode = 1;
