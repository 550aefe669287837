/**
 * A process that reconnects a client many times against a server in memory, and says what its heap weighs after the first
 * tenth and at the end: `node --expose-gc reconnect-process.ts COUNT`.
 */
import { clientOf } from '../../../packages/client/src/client-of.ts';
import { ManualClock } from '../../../packages/client/src/testing/manual-clock.ts';
import { MemoryServer } from '../../../packages/client/src/testing/memory-server.ts';

const COUNT = Number(process.argv[2]);

const clock = new ManualClock();
const server = new MemoryServer(clock);
const client = clientOf(
  { url: 'http://server.example', token: async () => 'token', clock, backoff: { initial: 10, max: 10 } },
  { websocket: server.transport('websocket'), sse: server.transport('sse') },
);
let heard = 0;
client.channel('room:1').onAny(() => {
  heard += 1;
});
client.channel('room:1').presence.subscribe(() => {});
client.channel('room:1').typing.subscribe(() => {});

function heap(): number {
  for (let n = 0; n < 4; n += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

let first = 0;
let timers = 0;
for (let n = 0; n < COUNT; n += 1) {
  await clock.advance(100);
  if (client.status.getSnapshot().state !== 'connected')
    throw new Error(`${n}: ${client.status.getSnapshot().state}`);
  // A name that is never asked for again must be forgotten too.
  client.channel(`room:${n}`).subscribe()();
  const left = client.channel('room:1').publish('said', null, { key: 'the same', offline: false });
  const lost = client.channel('room:1').history();
  server.cut();
  await clock.advance(30);
  await Promise.allSettled([left, lost]);
  server.opened.length = 0;
  if (n === COUNT / 10) {
    first = heap();
    timers = clock.timers;
  }
}
process.stdout.write(`${JSON.stringify({ first, last: heap(), timers: clock.timers - timers, heard })}\n`);
process.exit();
