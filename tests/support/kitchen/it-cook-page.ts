/**
 * Pages of the cooking app that run its document's client code unchanged.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { openPage } from '../browser.ts';
import { serveHtml } from '../serve-html.ts';

/** Where the document's code believes the server to be. */
const ADDRESS = 'http://localhost:3000';

const PAGE = '<!doctype html><title>IT Cook</title><link rel="icon" href="data:,"><body></body>';

const ROOT = join(import.meta.dirname, '../../..');

/** The argument that brings Chromium from the document's address to a server. @param url `http://127.0.0.1:PORT` */
export function addressArgument(url: string): string {
  return `--host-resolver-rules=MAP localhost:3000 ${new URL(url).host}`;
}

/** The document's class and its lines of use, without their types. */
export function itCookScript(): string {
  return stripTypeScriptTypes(read('it-cook-websocket.ts.txt'));
}

/** The document's hook and the component that uses it, with React, and mounted. */
export async function itCookHookScript(): Promise<string> {
  const entry = 'virtual:page.tsx';
  const mount = `import { createRoot } from 'react-dom/client';
const userToken = window.userToken;
createRoot(document.body.appendChild(document.createElement('main'))).render(<App />);`;
  const bundle = await rolldown({
    input: entry,
    cwd: ROOT,
    platform: 'browser',
    resolve: { modules: [join(ROOT, 'node_modules')] },
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    plugins: [
      {
        name: 'document',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) =>
          id === entry
            ? { code: `${read('use-it-cook-websocket.tsx.txt')}\n${mount}`, moduleType: 'tsx' }
            : null,
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'iife', name: 'itCook' });
  await bundle.close();
  return output[0].code;
}

/** What a test asks for of a page. */
export interface ItCookOptions {
  /** In the cookie `session`, as the app sets it when somebody signs in. @default nobody */
  readonly token?: string;
  readonly script: string;
}

/** A page of the app. */
export interface ItCookPage {
  readonly page: Page;
  /** Waits for a line of the log that has this in it. */
  logged(text: string, count?: number): Promise<void>;
}

/** Opens a page of the app, whose clock the test moves, and runs its script. */
export async function openItCook(browser: Browser, { token, script }: ItCookOptions): Promise<ItCookPage> {
  const page = await openPage(browser, 'about:blank', { expectedErrors: /WebSocket|ERR_/ });
  if (token !== undefined) await page.context().addCookies([{ name: 'session', value: token, url: ADDRESS }]);
  await page.clock.install();
  await page.addInitScript(
    `window.userToken = ${JSON.stringify(token ?? 'nobody')};
window.lines = [];
const { log } = console;
console.log = (...parts) => {
  lines.push(parts.map((part) => typeof part === 'string' ? part : JSON.stringify(part)).join(' '));
  log(...parts);
};`,
  );
  // The same site as the server, so that the cookie goes along.
  const { port } = new URL(await serveHtml(PAGE));
  await page.goto(`http://localhost:${port}/`);
  await page.addScriptTag({ content: script });
  return {
    page,
    async logged(text, count = 1) {
      await page.waitForFunction(
        `lines.filter((line) => line.includes(${JSON.stringify(text)})).length >= ${count}`,
      );
    },
  };
}

function read(file: string): string {
  return readFileSync(join(import.meta.dirname, file), 'utf8');
}
