/**
 * What an idle connection costs: resident memory of the server, per authenticated WebSocket with one subscription.
 *
 * `npm run bench:idle -- 5000` opens so many connections to a server of its own on 127.0.0.1 and prints the bytes of each.
 *
 * @module
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TIDINGS = join(import.meta.dirname, '../packages/server/bin/tidings.js');
const CONNECTIONS = Number(process.argv[2] ?? 5000);
/** Connections that are opened at the same time. */
const AT_ONCE = 100;

const data = mkdtempSync(join(tmpdir(), 'tidings-idle-'));
const { server, port, pid } = await startServer();
try {
  const token = execFileSync(process.execPath, [TIDINGS, 'token', 'alice', '--data', data], {
    encoding: 'utf8',
  }).trim();
  // The first connections make the server load and compile what it needs; they are not what is measured.
  const warm = await open(port, token, 200);
  const before = await restingMemory(pid);
  const sockets = await open(port, token, CONNECTIONS);
  const after = await restingMemory(pid);
  const each = (after - before) / CONNECTIONS;
  console.log(
    `${CONNECTIONS} idle connections: ${Math.round(each)} bytes each (${(each / 1024).toFixed(1)} KB)`,
  );
  for (const socket of [...warm, ...sockets]) socket.destroy();
} finally {
  server.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
}

async function startServer(): Promise<{ server: ChildProcess; port: number; pid: number }> {
  const server = spawn(process.execPath, [TIDINGS, 'start', '--port', '0', '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TIDINGS_LOG_LEVEL: 'error' },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('exit', () => reject(new Error('the server did not start')));
    server.stdout.on('data', (chunk: Buffer) => {
      const found = /ready at http:\/\/127\.0\.0\.1:(\d+)/.exec(chunk.toString());
      if (found) resolve(Number(found[1]));
    });
  });
  return { server, port, pid: listener(port) };
}

/** The process that listens: the command may have started another Node for it. */
function listener(port: number): number {
  const found = /pid=(\d+)/.exec(execFileSync('ss', ['-Htlnp', `sport = :${port}`], { encoding: 'utf8' }));
  if (!found) throw new Error(`nobody listens on port ${port}`);
  return Number(found[1]);
}

async function open(port: number, token: string, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const batch = Math.min(AT_ONCE, count - sockets.length);
    sockets.push(
      ...(await Promise.all(
        Array.from({ length: batch }, (_, n) => openOne(port, token, sockets.length + n)),
      )),
    );
  }
  return sockets;
}

/** Speaks just enough WebSocket to subscribe. */
function openOne(port: number, token: string, n: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (heard.includes('"type":"welcome"') && !heard.includes('#sent')) {
        heard += '#sent';
        socket.write(maskedText(JSON.stringify({ type: 'subscribe', id: n, channels: ['public:idle'] })));
      }
      if (heard.includes('"type":"reply"')) {
        socket.removeAllListeners('data').resume();
        resolve(socket);
      }
    });
    socket.write(
      `GET /realtime HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
  });
}

/** A short text frame as a client sends it, with a mask of zeros. */
function maskedText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

/** Resident memory once it stays the same to within a percent for a second: the collector has done its work. */
async function restingMemory(pid: number): Promise<number> {
  let last = 0;
  for (let same = 0; same < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
    same = Math.abs(now - last) < now / 100 ? same + 1 : 0;
    last = now;
  }
  return last;
}
