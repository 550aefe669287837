/**
 * `npm run bench:client`: the client beside its peers, in Chromium: what a page loads, how many events it
 * handles in a second, and how long it is away after a cut, each with its own defaults. Writes docs/client-performance.md.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type OutputChunk, rolldown } from 'rolldown';
import { type WebSocket, WebSocketServer } from 'ws';
import { PEERS, type Peer, pageServer } from './peers.ts';

const DIRECTORY = import.meta.dirname;
const REPORT = join(DIRECTORY, '../../docs/client-performance.md');
const CHROMIUM = process.env.TIDINGS_TEST_CHROMIUM ?? '/usr/bin/chromium';

/** Events of one round, rounds of which the best counts, and cuts of which the median does. */
const EVENTS = 100_000;
const ROUNDS = 3;
const CUTS = 7;

/** A connection holds so long before it is cut: one that is cut again and again is another matter. Milliseconds. */
const HOLDS = 3500;

interface Result {
  readonly name: string;
  readonly bytes: number;
  readonly perSecond: number;
  readonly awayFor: number;
}

/** Bundles a page for a browser. @returns all of it in one file, and the bytes that are loaded at once, gzipped. */
async function bundle(peer: Peer): Promise<{ script: string; bytes: number }> {
  const build = await rolldown({
    input: 'page',
    cwd: DIRECTORY,
    platform: 'browser',
    resolve: { conditionNames: ['source', 'browser', 'import', 'default'] },
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === 'page' ? join(DIRECTORY, 'page.js') : null),
        load: (id) => (id === join(DIRECTORY, 'page.js') ? peer.page : null),
      },
    ],
  });
  const split = await build.generate({ format: 'esm', minify: true });
  const chunks = split.output.filter((file): file is OutputChunk => file.type === 'chunk');
  const loaded = new Set(chunks.slice(0, 1));
  for (const { imports } of loaded)
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) loaded.add(chunk);
  const whole = await build.generate({ format: 'iife', name: 'peer', minify: true, codeSplitting: false });
  await build.close();
  const code = [...loaded].map((chunk) => chunk.code).join('\n');
  return { script: whole.output[0].code, bytes: gzipSync(code, { level: 9 }).length };
}

/** Opens the page anew, with the network as it is. */
async function restart(page: Page, script: string, url: string): Promise<void> {
  await page.goto(url);
  await page.evaluate(script.replace(/^var peer=/, 'globalThis.peer='));
  await page.evaluate(`
    window.ready = 0;
    peer.start(${JSON.stringify(url)}, () => {}, () => { ready += 1; window.readyAt = performance.now(); });
    void 0;
  `);
  await page.waitForFunction('ready === 1', undefined, { polling: 20 });
}

/** A WebSocket whose server is in the page, so that nothing but the client is measured. */
const STAND_IN = `
  window.WebSocket = class extends EventTarget {
    static CONNECTING = 0; static OPEN = 1; static CLOSING = 2; static CLOSED = 3;
    readyState = 0; bufferedAmount = 0; binaryType = 'blob'; protocol = '';
    constructor() {
      super();
      window.line = this;
      setTimeout(() => {
        this.readyState = 1;
        this.say('open', new Event('open'));
        for (const text of server.hello) this.hear(text);
      });
    }
    say(name, event) { this['on' + name]?.(event); this.dispatchEvent(event); }
    hear(data) { this.say('message', new MessageEvent('message', { data })); }
    send(text) { for (const answer of server.answer(text)) setTimeout(() => this.hear(answer)); }
    close() {}
  };
`;

/** @returns how long the best round took, milliseconds. */
async function handle(page: Page, script: string, peer: Peer, url: string): Promise<number> {
  await page.goto(url);
  await page.evaluate(`
    ${pageServer(peer)}
    ${STAND_IN}
    void 0;
  `);
  await page.evaluate(script.replace(/^var peer=/, 'globalThis.peer='));
  return page.evaluate<number>(`(async () => {
    let count = 0;
    // A timer would wait for four milliseconds.
    const { port1, port2 } = new MessageChannel();
    const turn = () => new Promise((later) => { port1.onmessage = later; port2.postMessage(0); });
    await new Promise((ready) => peer.start(${JSON.stringify(url)}, () => { count += 1; }, ready));
    await new Promise((later) => setTimeout(later, 50));
    let best = Infinity;
    for (let round = 0; round < ${ROUNDS}; round += 1) {
      const frames = Array.from({ length: ${EVENTS} }, (_, n) => server.event(round * ${EVENTS} + n + 1));
      const from = performance.now();
      count = 0;
      for (let n = 0; n < frames.length; n += 1) {
        line.hear(frames[n]);
        // As the network does: some at once, and then the page has its turn.
        if (n % 500 === 499) await turn();
      }
      while (count < frames.length) await turn();
      best = Math.min(best, performance.now() - from);
    }
    return best;
  })()`);
}

async function measure(browser: Browser, peer: Peer): Promise<Result> {
  const { script, bytes } = await bundle(peer);
  let current: WebSocket | undefined;
  const http = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>bench</title>');
  });
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  server.on('connection', (socket) => {
    current = socket;
    socket.on('error', () => {});
    for (const text of peer.hello) socket.send(text);
    socket.on('message', (message) => {
      for (const text of peer.answer(message.toString())) socket.send(text);
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const page = await browser.newPage();
  try {
    const best = await handle(page, script, peer, url);
    await restart(page, script, url);
    const away: number[] = [];
    for (let cut = 0; cut < CUTS; cut += 1) {
      await new Promise((resolve) => setTimeout(resolve, HOLDS));
      const before = await page.evaluate<number>('ready');
      const at = await page.evaluate<number>('performance.now()');
      current?.terminate();
      await page.waitForFunction(`ready > ${before}`, undefined, { timeout: 60_000, polling: 20 });
      away.push((await page.evaluate<number>('readyAt')) - at);
    }
    away.sort((a, b) => a - b);
    return {
      name: peer.name,
      bytes,
      perSecond: EVENTS / (best / 1000),
      awayFor: away[Math.floor(CUTS / 2)] ?? 0,
    };
  } finally {
    await page.close();
    for (const socket of server.clients) socket.terminate();
    http.close();
    http.closeAllConnections();
  }
}

if (!existsSync(join(DIRECTORY, 'node_modules')))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
    cwd: DIRECTORY,
    stdio: 'inherit',
  });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
const results: Result[] = [];
for (const peer of PEERS) {
  process.stderr.write(`${peer.name}\n`);
  results.push(await measure(browser, peer));
}
const version = browser.version();
await browser.close();

const rows = results.map(
  ({ name, bytes, perSecond, awayFor }) =>
    `| ${name} | ${(bytes / 1024).toFixed(1)} | ${Math.round(perSecond / 1000)} | ${Math.round(awayFor)} |`,
);
const report = `# The client beside its peers

Written by \`npm run bench:client\`, in Chromium ${version} on ${cpus()[0]?.model.trim()}. Each client has its defaults,
one channel and one handler; its server is a stand-in that says no more than the client needs to hear, and for the events is in the page
itself, so that nothing but the client is measured.

| client | loaded at once, KB (min+gzip) | events handled, thousands a second | away after a cut, ms (median of ${CUTS}) |
|---|--:|--:|--:|
${rows.join('\n')}

Events have about 100 bytes of data; the best of ${ROUNDS} rounds of ${EVENTS.toLocaleString('en')}. \`@tidings/client\` looks at each event's place, so that none is
heard twice and none is missed; the others do not. Being away is mostly the back-off that each has by default.
`;
writeFileSync(REPORT, report);
process.stdout.write(report);
