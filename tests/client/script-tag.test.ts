/**
 * The client that a server gives to script tags.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { startServer } from '../support/start-server.ts';

beforeAll(() => {
  execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts/build-web.ts')]);
});

it('is served to pages of any origin, and is what its hash says', async () => {
  const { url } = await startServer();
  const [script, sri] = await Promise.all([fetch(`${url}/js/tidings.js`), fetch(`${url}/js/tidings.js.sri`)]);
  expect(script.headers.get('content-type')).toMatch(/javascript/);
  expect(script.headers.get('access-control-allow-origin')).toBe('*');
  expect(sri.headers.get('content-type')).toMatch(/text\/plain/);
  const hash = createHash('sha384')
    .update(await script.text())
    .digest('base64');
  expect((await sri.text()).trim()).toBe(`sha384-${hash}`);
});
