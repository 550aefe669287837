/**
 * The calls of the kits' pages, where the network lets them down.
 *
 * @module
 */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { createCall } from '../kits/shared/web/call.ts';

const { fetch } = globalThis;
const closes: (() => void)[] = [];

afterEach(() => {
  vi.unstubAllGlobals();
  for (const close of closes.splice(0)) close();
});

/** A call of a page whose server answers so. */
async function callOf(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  closes.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // A page's addresses begin where the page is.
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init));
  return createCall('token');
}

it('says that the network is at fault when an answer breaks off', async () => {
  const call = await callOf((_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"half":', () => response.destroy());
  });
  await expect(call('/kitchen/posts')).rejects.toMatchObject({ name: 'CallError', code: 'network' });
});

it('says so too of an answer that is no JSON: somebody in between has answered', async () => {
  const call = await callOf((_, response) => void response.end('<p>Pay for this Wi-Fi'));
  await expect(call('/kitchen/posts')).rejects.toMatchObject({ name: 'CallError', code: 'network' });
});

it('leaves an abort what it is', async () => {
  const ending = new AbortController();
  const call = await callOf((_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"half":', () => ending.abort());
  });
  await expect(call('/kitchen/posts', { signal: ending.signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
});
