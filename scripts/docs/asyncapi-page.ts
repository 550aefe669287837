import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createApp } from '../../packages/server/src/app.ts';
import { loadConfig } from '../../packages/server/src/config.ts';
import type { Page } from './page.ts';

/** The AsyncAPI description, as a server without kits tells it. */
export const asyncApiPage: Page = { file: 'docs/asyncapi.generated.json', render };

/** Where a server is by default; the one that is asked here has a port of its own. */
const HOST = '127.0.0.1:3000';

async function render(): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), 'tidings-docs-'));
  try {
    const config = await loadConfig({
      file: false,
      env: {},
      overrides: { data, host: '127.0.0.1', port: 0, development: false, log: { level: 'fatal' } },
    });
    const app = await createApp(config);
    const { url } = await app.start();
    try {
      const document: unknown = JSON.parse(await get(`${url}/asyncapi.json`));
      return `${JSON.stringify(document, undefined, 2)}\n`;
    } finally {
      await app.stop();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function get(url: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request(url, { headers: { host: HOST } }, (response) => text(response).then(resolve, reject))
    .on('error', reject)
    .end();
  return promise;
}
