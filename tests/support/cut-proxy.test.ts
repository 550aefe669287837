import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { CutProxy } from './cut-proxy.ts';
import { Inbox } from './inbox.ts';
import { onTeardown } from './teardown.ts';

/** A server that keeps what it hears and answers everything with the same. */
async function echo(answer = '') {
  const heard = new Inbox<string>('the server');
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      heard.push(data.toString());
      socket.write(answer + data.toString());
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTeardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { heard, sockets, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function client(url: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTeardown(() => socket.destroy());
  const heard = new Inbox<string>('the client');
  socket.on('data', (data) => heard.push(data.toString()));
  const closed = new Promise<string | undefined>((resolve) => {
    let code: string | undefined;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code;
    });
    socket.on('close', () => resolve(code));
  });
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  return { socket, heard, closed };
}

it('passes bytes on in both directions', async () => {
  const server = await echo();
  const proxy = await CutProxy.start(server.url);
  const { socket, heard } = await client(proxy.url);
  socket.write('hello');
  expect(await heard.take()).toBe('hello');
  expect(proxy.connections).toBe(1);
});

it('cuts both sides by a reset', async () => {
  const server = await echo();
  const proxy = await CutProxy.start(server.url);
  const { socket, heard, closed } = await client(proxy.url);
  socket.write('hello');
  await heard.take();
  const serverSide = new Promise((resolve) => server.sockets[0]?.once('close', resolve));
  proxy.cut();
  expect(await closed).toBe('ECONNRESET');
  await serverSide;
  expect(proxy.connections).toBe(0);
});

it('half-opens what is connected, and serves who comes anew', async () => {
  const server = await echo();
  const proxy = await CutProxy.start(server.url);
  const before = await client(proxy.url);
  before.socket.write('before');
  await before.heard.take();
  proxy.halfOpen();
  before.socket.write('into the void');
  server.sockets[0]?.destroy();
  const after = await client(proxy.url);
  after.socket.write('after');
  expect(await after.heard.take()).toBe('after');
  expect(server.heard.all).toEqual(['before', 'after']);
  expect(before.socket.destroyed).toBe(false);
  proxy.cut();
  expect(await before.closed).toBe('ECONNRESET');
});

it('holds one direction back until it is resumed', async () => {
  const server = await echo();
  const proxy = await CutProxy.start(server.url);
  const { socket, heard } = await client(proxy.url);
  socket.write('1');
  await heard.take();
  proxy.pause('down');
  socket.write('2');
  expect(await server.heard.take((text) => text === '2')).toBe('2');
  expect(heard.untaken).toEqual([]);
  proxy.resume();
  expect(await heard.take()).toBe('2');
});

it('refuses new connections until it accepts again', async () => {
  const server = await echo();
  const proxy = await CutProxy.start(server.url);
  proxy.refuse();
  expect(await (await client(proxy.url)).closed).toBe('ECONNRESET');
  proxy.accept();
  const { socket, heard } = await client(proxy.url);
  socket.write('hello');
  expect(await heard.take()).toBe('hello');
});

it('delays what passes', async () => {
  const server = await echo();
  const proxy = await CutProxy.start(server.url);
  const { socket, heard } = await client(proxy.url);
  proxy.delay(50);
  const begun = performance.now();
  socket.write('hello');
  await heard.take();
  expect(performance.now() - begun).toBeGreaterThan(90);
});

it('sends new connections to another target', async () => {
  const [one, two] = [await echo('one:'), await echo('two:')];
  const proxy = await CutProxy.start(one.url);
  proxy.target = new URL(two.url);
  const { socket, heard } = await client(proxy.url);
  socket.write('hello');
  expect(await heard.take()).toBe('two:hello');
});
