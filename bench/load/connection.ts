import { connect } from 'node:net';
import { type Client, gone } from './client.ts';
import { countEvents, deliver, EVENT_LENGTH, messages, readEvents } from './deliveries.ts';
import { plan, type Role } from './plan.ts';
import { answered, responded } from './requests.ts';
import { headLength, splitFrames, splitLines, splitResponses, statusClass } from './split.ts';
import { now, tally, wake } from './tally.ts';
import { fill } from './template.ts';

const EMPTY_OBJECT = Buffer.from('{}');

const roleOf = ({ publisher }: Client): Role => (publisher ? 'publisher' : 'subscriber');

/** Opens a connection, and takes the steps that make it ready. */
export function open(index: number, publisher: boolean): Client {
  const socket = connect({ port: plan.port, host: '127.0.0.1', noDelay: true });
  const client: Client = {
    socket,
    index,
    publisher,
    step: 0,
    state: 'opening',
    headDone: false,
    rest: undefined,
    next: 0,
    asked: 0,
  };
  socket.on('connect', () => {
    nextStep(client);
    wake();
  });
  socket.on('data', (chunk: Buffer) => received(client, chunk));
  socket.on('error', (error) => gone(client, error.message));
  socket.on('close', () => {
    gone(client, 'the server ended a connection');
    wake();
  });
  return client;
}

function nextStep(client: Client): void {
  const list = plan.steps[roleOf(client)];
  for (; client.step < list.length; client.step++) {
    const step = list[client.step];
    if (!step) break;
    const { index: subscriber } = client;
    const filling = { channel: subscriber % plan.channels, subscriber, time: 0, number: messages.number };
    if (step.send.bytes.length > 0) client.socket.write(fill(step.send, filling));
    if (step.expect.length > 0) return;
  }
  client.state = 'ready';
  tally.count.opened++;
  tally.progress = now();
  tally.times.add(tally.progress - tally.began);
}

function whileOpening(client: Client, bytes: Buffer): void {
  countEvents(bytes);
  const step = plan.steps[roleOf(client)][client.step];
  if (!step || !bytes.includes(step.expect)) return;
  client.step++;
  nextStep(client);
}

function received(client: Client, chunk: Buffer): void {
  tally.count.bytes += chunk.length;
  const bytes = client.rest ? Buffer.concat([client.rest, chunk]) : chunk;
  const done = take(client, bytes, now());
  client.rest = done < bytes.length ? Buffer.from(bytes.subarray(done)) : undefined;
  wake();
}

/** Takes what is whole, and returns how many bytes it took. */
function take(client: Client, bytes: Buffer, at: number): number {
  const kind = plan.framing[roleOf(client)];
  if (kind === 'http')
    return splitResponses(bytes, (response, good) => responded(client, response, good, at));
  const head = client.headDone ? 0 : takeHead(client, bytes);
  if (!client.headDone || client.state === 'gone') return head;
  const rest = bytes.subarray(head);
  if (kind === 'sse') return head + splitLines(rest, (line) => takeLine(client, line, at));
  const frames = splitFrames(rest, (first, payload) => {
    takeFrame(client, first, payload, at);
    return client.state !== 'gone';
  });
  return head + frames;
}

function takeHead(client: Client, bytes: Buffer): number {
  const length = headLength(bytes);
  if (length === 0) return 0;
  const status = client.publisher || plan.framing.subscriber === 'ws' ? '1' : '2';
  if (statusClass(bytes) !== status) {
    gone(client, bytes.toString('latin1', 0, 200));
    return 0;
  }
  client.headDone = true;
  whileOpening(client, bytes.subarray(0, length));
  return length;
}

function takeLine(client: Client, line: Buffer, at: number): void {
  if (client.state === 'opening') whileOpening(client, line);
  else if (line.length >= EVENT_LENGTH) readEvents(client, line, at);
}

function takeFrame(client: Client, first: number, bytes: Buffer, at: number): void {
  const opcode = first & 15;
  if (opcode === 9)
    client.socket.write(Buffer.concat([Buffer.from([0x8a, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]));
  else if (opcode === 8) gone(client, 'the server closed a connection');
  else if (opcode > 2) return;
  // Engine.IO's ping and pong.
  else if (bytes.length === 1 && bytes[0] === 0x32)
    client.socket.write(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x33]));
  // Centrifugo’s.
  else if (bytes.equals(EMPTY_OBJECT))
    client.socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, ...EMPTY_OBJECT]));
  else if (client.state === 'opening' && first & 0x40) {
    // Compressed: whatever it says, it is an answer.
    client.step++;
    nextStep(client);
  } else if (client.state === 'opening') whileOpening(client, bytes);
  else if (client.publisher) answered(client, bytes, true, at);
  // Compressed: its content cannot be read, but it is the next one.
  else if (first & 0x40) deliver(client, client.next, messages.underWay.get(client.next)?.sent ?? at, at);
  else readEvents(client, bytes, at);
}
