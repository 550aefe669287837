/**
 * The load generator for machines without a compiler: the commands, the counting and the answers of load.c, in TypeScript.
 * It costs more than the C program, so that a fast server may wait for it; the column of its own CPU shows that.
 *
 * @module
 */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { Histogram } from './histogram.ts';
import { fill, parseTemplate, type Template } from './template.ts';

/** Without any progress for so long, what is missing counts as lost, milliseconds. */
const PATIENCE = 5000;
const NS_PER_MS = 1e6;
const NS_PER_S = 1e9;
const MARKER = Buffer.from('{"t":"');
const EMPTY_OBJECT = Buffer.from('{}');
/** Places in an event, from its marker. */
const TIME_AT = 6;
const NUMBER_AT = 29;
const EVENT_LENGTH = 128;
const END_OF_HEAD = '\r\n\r\n';

type Framing = 'ws' | 'sse' | 'http';

interface Step {
  readonly send: Template;
  readonly expect: Buffer;
}

interface Client {
  readonly socket: Socket;
  readonly index: number;
  readonly publisher: boolean;
  step: number;
  state: 'opening' | 'ready' | 'stalled' | 'gone';
  headDone: boolean;
  /** What has come of a message that is not whole. */
  rest: Buffer | undefined;
  /** The number of the message it has to get next. */
  next: number;
  asked: number;
}

const NOTHING: Template = { bytes: Buffer.alloc(0), places: [] };

let port = 0;
const framing: { subscriber: Framing; publisher: Framing } = { subscriber: 'ws', publisher: 'ws' };
let steps: { subscriber: Step[]; publisher: Step[] } = { subscriber: [], publisher: [] };
let message = NOTHING;
let success = Buffer.alloc(0);
let subscribers: Client[] = [];
let publishers: Client[] = [];
let channels = 1;
/** Subscribers of each channel. */
let expected: number[] = [];
let number = 0;
/** Deliveries that are missing of each message under way, and when it was sent. */
let underWay = new Map<number, { missing: number; sent: number }>();
let times = new Histogram();
let count = {
  deliveries: 0,
  lost: 0,
  extra: 0,
  closed: 0,
  errors: 0,
  bytes: 0,
  answers: 0,
  opened: 0,
  failed: 0,
  events: 0,
};
let asking: 'no' | 'yes' | 'last' = 'no';
let waiting = 0;
let fault = '';
let began = 0;
let progress = 0;
/** Called when something has come. */
let onProgress = () => {};

const now = () => Number(process.hrtime.bigint());

function setFault(text: string): void {
  if (fault === '') fault = (text.split(/[\r\n]/)[0] ?? '').replaceAll(/[^ -~]|"/g, '.').slice(0, 200);
}

function gone(client: Client, why: string): void {
  if (client.state === 'gone') return;
  setFault(why);
  if (client.state === 'opening') count.failed++;
  else count.closed++;
  client.state = 'gone';
  client.socket.destroy();
}

function nextStep(client: Client): void {
  const list = steps[client.publisher ? 'publisher' : 'subscriber'];
  for (; client.step < list.length; client.step++) {
    const step = list[client.step] as Step;
    if (step.send.bytes.length > 0)
      client.socket.write(
        fill(step.send, { channel: client.index % channels, subscriber: client.index, time: 0, number }),
      );
    if (step.expect.length > 0) return;
  }
  client.state = 'ready';
  count.opened++;
  progress = now();
  times.add(progress - began);
}

function whileOpening(client: Client, bytes: Buffer): void {
  for (let at = bytes.indexOf(MARKER); at >= 0; at = bytes.indexOf(MARKER, at + 1)) count.events++;
  const step = steps[client.publisher ? 'publisher' : 'subscriber'][client.step];
  if (!step || !bytes.includes(step.expect)) return;
  client.step++;
  nextStep(client);
}

function settle(n: number): void {
  const message = underWay.get(n);
  if (message && --message.missing === 0) underWay.delete(n);
}

function deliver(client: Client, n: number, sent: number, at: number): void {
  if (n < client.next || (n - client.next) % channels !== 0) {
    count.extra++;
    return;
  }
  for (; client.next < n; client.next += channels) {
    count.lost++;
    settle(client.next);
  }
  client.next = n + channels;
  count.deliveries++;
  progress = at;
  times.add(at - sent);
  settle(n);
}

function readEvents(client: Client, bytes: Buffer, at: number): void {
  for (let place = bytes.indexOf(MARKER); place >= 0; place = bytes.indexOf(MARKER, place + EVENT_LENGTH)) {
    if (place + EVENT_LENGTH > bytes.length) return;
    const hex = (from: number, digits: number) =>
      Number.parseInt(bytes.toString('latin1', place + from, place + from + digits), 16);
    deliver(client, hex(NUMBER_AT, 8), hex(TIME_AT, 16), at);
  }
}

function answered(client: Client, bytes: Buffer, good: boolean, at: number): void {
  if (asking === 'no' || client.asked === 0) return;
  progress = at;
  if (good && bytes.includes(success)) {
    count.answers++;
    times.add(at - client.asked);
  } else {
    count.errors++;
    setFault(bytes.toString('latin1', 0, 200));
  }
  client.asked = 0;
  waiting--;
  if (asking === 'yes') request(client);
}

function request(client: Client): void {
  waiting++;
  client.asked = now();
  client.socket.write(
    fill(message, { channel: number % channels, subscriber: client.index, time: client.asked, number }),
  );
  number++;
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
  else if (first & 0x40) deliver(client, client.next, underWay.get(client.next)?.sent ?? at, at);
  else readEvents(client, bytes, at);
}

/** Each of these takes what is whole, and returns how many bytes it took. */
function takeHead(client: Client, bytes: Buffer): number {
  const end = bytes.indexOf(END_OF_HEAD);
  if (end < 0) return 0;
  const status = client.publisher || framing.subscriber === 'ws' ? '1' : '2';
  if (bytes.toString('latin1', 9, 10) !== status) {
    gone(client, bytes.toString('latin1', 0, 200));
    return 0;
  }
  client.headDone = true;
  whileOpening(client, bytes.subarray(0, end + END_OF_HEAD.length));
  return end + END_OF_HEAD.length;
}

function takeFrames(client: Client, bytes: Buffer, at: number): number {
  let done = 0;
  while (client.state !== 'gone' && bytes.length - done >= 2) {
    let size = (bytes[done + 1] as number) & 127;
    let head = 2;
    if (size === 126) {
      if (bytes.length - done < 4) break;
      size = bytes.readUInt16BE(done + 2);
      head = 4;
    } else if (size === 127) {
      if (bytes.length - done < 10) break;
      size = Number(bytes.readBigUInt64BE(done + 2));
      head = 10;
    }
    if (bytes.length - done < head + size) break;
    const from = done + head;
    const first = bytes[done] as number;
    done = from + size;
    takeFrame(client, first, bytes.subarray(from, done), at);
  }
  return done;
}

function takeLines(client: Client, bytes: Buffer, at: number): number {
  let done = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, done)) {
    const line = bytes.subarray(done, end);
    done = end + 1;
    if (client.state === 'opening') whileOpening(client, line);
    else if (line.length >= EVENT_LENGTH) readEvents(client, line, at);
  }
  return done;
}

function takeResponses(client: Client, bytes: Buffer, at: number): number {
  let done = 0;
  for (;;) {
    const end = bytes.indexOf(END_OF_HEAD, done);
    if (end < 0) return done;
    const head = bytes.toString('latin1', done, end);
    const after = end + END_OF_HEAD.length + Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (bytes.length < after) return done;
    const good = head[9] === '2';
    if (asking !== 'no') answered(client, bytes.subarray(done, after), good, at);
    else if (!good) {
      count.errors++;
      setFault(head);
    }
    done = after;
  }
}

function take(client: Client, bytes: Buffer, at: number): number {
  const kind = framing[client.publisher ? 'publisher' : 'subscriber'];
  if (kind === 'http') return takeResponses(client, bytes, at);
  const head = client.headDone ? 0 : takeHead(client, bytes);
  if (!client.headDone || client.state === 'gone') return head;
  const rest = bytes.subarray(head);
  return head + (kind === 'ws' ? takeFrames(client, rest, at) : takeLines(client, rest, at));
}

function received(client: Client, chunk: Buffer): void {
  count.bytes += chunk.length;
  const bytes = client.rest ? Buffer.concat([client.rest, chunk]) : chunk;
  const done = take(client, bytes, now());
  client.rest = done < bytes.length ? Buffer.from(bytes.subarray(done)) : undefined;
  onProgress();
}

function open(index: number, publisher: boolean): Client {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
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
    onProgress();
  });
  socket.on('data', (chunk: Buffer) => received(client, chunk));
  socket.on('error', (error) => gone(client, error.message));
  socket.on('close', () => {
    gone(client, 'the server ended a connection');
    onProgress();
  });
  return client;
}

function begin(): void {
  number = Math.ceil(number / channels) * channels;
  for (const client of subscribers) client.next = number + (client.index % channels);
  underWay = new Map();
  times = new Histogram();
  count = {
    deliveries: 0,
    lost: 0,
    extra: 0,
    closed: 0,
    errors: 0,
    bytes: 0,
    answers: 0,
    opened: 0,
    failed: 0,
    events: 0,
  };
  fault = '';
  began = progress = now();
}

/** Waits until a condition holds, looking whenever something has come; false when nothing comes any more. */
function until(condition: () => boolean, interval = 10): Promise<boolean> {
  return new Promise((resolve) => {
    const look = () => {
      const done = condition();
      if (!done && now() - progress < PATIENCE * NS_PER_MS) return;
      clearInterval(timer);
      onProgress = () => {};
      resolve(done);
    };
    const timer = setInterval(look, interval);
    onProgress = look;
    look();
  });
}

async function openAll(total: number, atOnce: number, publisher: boolean): Promise<Client[]> {
  begin();
  const list: Client[] = [];
  await until(() => {
    while (list.length < total && list.length - count.opened - count.failed < atOnce)
      list.push(open(list.length, publisher));
    return count.opened + count.failed === total;
  });
  return list;
}

function close(list: readonly Client[]): void {
  for (const client of list) {
    client.state = 'gone';
    client.socket.resetAndDestroy();
  }
}

function publish(): void {
  const channel = number % channels;
  const sent = now();
  const missing = expected[channel] ?? 0;
  if (missing > 0) underWay.set(number, { missing, sent });
  publishers[number % publishers.length]?.socket.write(
    fill(message, { channel, subscriber: 0, time: sent, number }),
  );
  number++;
}

async function run(inFlight: number, rate: number, seconds: number): Promise<string> {
  begin();
  const first = number;
  const end = began + seconds * NS_PER_S;
  let due = began;
  await until(
    () => {
      const at = now();
      for (const { socket } of publishers) socket.cork();
      if (rate > 0) for (; due <= at && due < end; due += NS_PER_S / rate) publish();
      else while (at < end && underWay.size < inFlight) publish();
      for (const { socket } of publishers) socket.uncork();
      return at >= end && underWay.size === 0;
    },
    rate > 0 ? 1 : 10,
  );
  for (const client of subscribers)
    if (client.state !== 'stalled') for (let n = client.next; n < number; n += channels) count.lost++;
  const { deliveries, lost, extra, closed, errors, bytes } = count;
  return answer({
    messages: number - first,
    deliveries,
    seconds: (progress - began) / NS_PER_S,
    lost,
    extra,
    closed,
    errors,
    bytes,
  });
}

async function ask(seconds: number): Promise<string> {
  begin();
  const end = began + seconds * NS_PER_S;
  asking = 'yes';
  waiting = 0;
  for (const client of publishers) if (client.state === 'ready') request(client);
  await until(() => {
    if (now() >= end) asking = 'last';
    return waiting === 0;
  });
  asking = 'no';
  const { answers, closed, errors } = count;
  return answer({ answers, seconds: (progress - began) / NS_PER_S, lost: waiting, closed, errors });
}

function answer(fields: Readonly<Record<string, number>>): string {
  const all = { ...fields, p50: times.quantile(0.5), p99: times.quantile(0.99), max: times.max };
  return `ok ${Object.entries(all)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')} fault="${fault}"`;
}

async function obey(name = '', ...words: string[]): Promise<string> {
  const [one = '', two = '', three = ''] = words;
  switch (name) {
    case 'port':
      port = Number(one);
      return 'ok';
    case 'reset':
      steps = { subscriber: [], publisher: [] };
      return 'ok';
    case 'framing':
      framing.subscriber = one as Framing;
      framing.publisher = two as Framing;
      return 'ok';
    case 'subscriber':
    case 'publisher':
      steps[name].push({ send: parseTemplate(one), expect: parseTemplate(two).bytes });
      return 'ok';
    case 'message':
      message = parseTemplate(one);
      success = Buffer.from(parseTemplate(two).bytes);
      return 'ok';
    case 'connect': {
      close(subscribers);
      channels = Number(two);
      expected = Array.from({ length: channels }, (_, channel) =>
        Math.ceil((Number(one) - channel) / channels),
      );
      subscribers = await openAll(Number(one), Number(three), false);
      const { opened, failed, events } = count;
      return answer({ connected: opened, failed, seconds: (now() - began) / NS_PER_S, events });
    }
    case 'publishers':
      close(publishers);
      publishers = await openAll(Number(one), Number(one), true);
      return answer({ connected: count.opened, failed: count.failed });
    case 'run':
      return run(Number(one), 0, Number(two));
    case 'pace':
      return run(0, Number(one), Number(two));
    case 'ask':
      return ask(Number(one));
    case 'stall':
      for (const client of subscribers.slice(-Number(one))) {
        client.state = 'stalled';
        client.socket.pause();
        expected[client.index % channels] = (expected[client.index % channels] ?? 1) - 1;
      }
      return 'ok';
    case 'drop':
      close(subscribers);
      subscribers = [];
      return 'ok';
    default:
      return 'error unknown command';
  }
}

for await (const line of createInterface({ input: process.stdin }))
  console.log(await obey(...line.split(' ')));
process.exit(0);
