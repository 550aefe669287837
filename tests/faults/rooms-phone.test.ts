/**
 * A phone that writes without a network and is killed: its messages are in the room once and in order, whatever dies.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { CutProxy } from '../support/cut-proxy.ts';
import { Inbox } from '../support/inbox.ts';
import { spawnServer } from '../support/spawn-server.ts';
import {
  member,
  openRaw,
  type RawMessage,
  readRoom,
  roomsAt,
  roomsKit,
  startRooms,
} from '../support/start-rooms.ts';
import { onTeardown } from '../support/teardown.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const SCRIPT = join(import.meta.dirname, '../support/rooms-phone.ts');

const FIVE = ['one', 'two', 'three', 'four', 'five'] as const;

class Phone {
  readonly said = new Inbox<string>('phone');
  readonly #child: ChildProcess;

  constructor(url: string, outbox: string, ...messages: readonly string[]) {
    const parameters = [url, member('phone'), outbox, 'general', ...messages];
    this.#child = spawn(process.execPath, ['--conditions=source', SCRIPT, ...parameters], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH },
    });
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', (line) =>
      this.said.push(line),
    );
    onTeardown(() => this.kill());
  }

  async says(begin: string): Promise<string> {
    return this.said.take((line) => line.startsWith(begin), 30_000);
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}

const texts = (messages: readonly { readonly message: string }[]) => messages.map(({ message }) => message);

it('has five messages once and in order of a phone that wrote them offline, was killed and came back', async () => {
  const { url, as } = await startRooms();
  await as('phone').call('POST', '/commands/join_room', { roomId: 'general' });
  await as('other').call('POST', '/commands/join_room', { roomId: 'general' });
  const other = await openRaw(url, 'other');
  other.send({ type: 'join_room', roomId: 'general' });
  const proxy = await CutProxy.start(url);
  proxy.refuse();
  const outbox = join(temporaryDirectory(), 'outbox.db');
  const offline = new Phone(proxy.url, outbox, ...FIVE);
  for (const text of FIVE) await offline.says(`queued ${text}`);
  await offline.kill();
  expect(await readRoom(as('other'), 'general')).toEqual([]);
  proxy.accept();
  const back = new Phone(proxy.url, outbox);
  for (const [index, text] of FIVE.entries())
    expect(await back.says(`delivered ${text}`)).toBe(`delivered ${text} ${index + 1}`);
  const heard: RawMessage[] = [];
  for (const _ of FIVE) heard.push(await other.take('message'));
  expect(heard.map(({ payload }) => payload?.message)).toEqual(FIVE);
  expect(texts(await readRoom(as('other'), 'general'))).toEqual(FIVE);
});

it('has them once and in order when answers are lost, and phone and server are killed in between', async () => {
  const server = await spawnServer({ config: { kits: [roomsKit()], limits: { httpPerSecond: 10_000 } } });
  const { as } = roomsAt(server.url);
  await as('phone').call('POST', '/commands/join_room', { roomId: 'general' });
  const proxy = await CutProxy.start(server.url);
  const outbox = join(temporaryDirectory(), 'outbox.db');
  const first = new Phone(proxy.url, outbox, ...FIVE.slice(0, 3));
  await first.says('delivered one');
  proxy.cut();
  proxy.refuse();
  await first.kill();
  await server.restart();
  const second = new Phone(proxy.url, outbox, ...FIVE.slice(3));
  for (const text of FIVE.slice(3)) await second.says(`queued ${text}`);
  proxy.accept();
  await second.says('delivered');
  await second.kill();
  await server.restart();
  const third = new Phone(proxy.url, outbox);
  await expect
    .poll(async () => texts(await readRoom(as('phone'), 'general')), { timeout: 30_000, interval: 100 })
    .toEqual(FIVE);
  await third.kill();
});

it('has them once and in order when a raw client sends its queue again and again', async () => {
  const server = await spawnServer({ config: { kits: [roomsKit()] } });
  const { as, url } = roomsAt(server.url);
  const queue = FIVE.map((message, index) => ({
    type: 'send_message',
    roomId: 'general',
    message,
    id: `phone-${index}`,
    timestamp: new Date().toISOString(),
  }));
  const phone = await openRaw(url, 'phone', '?batch=1');
  phone.send({ type: 'batch', messages: [{ type: 'join_room', roomId: 'general' }, ...queue.slice(0, 3)] });
  await expect
    .poll(async () => (await as('phone').call('GET', '/rooms/general/messages')).body.messages)
    .toHaveLength(3);
  phone.client.ws.terminate();
  await server.restart();
  const again = await openRaw(url, 'phone');
  again.send({ type: 'batch', messages: queue });
  again.send({ type: 'batch', messages: queue });
  const acks: RawMessage[] = [];
  for (let n = 0; n < 2 * queue.length; n += 1) acks.push(await again.take('ack'));
  expect(acks.map(({ id }) => id)).toEqual([...queue, ...queue].map(({ id }) => id));
  for (const [index, { payload }] of acks.slice(0, queue.length).entries())
    expect(payload).toEqual(acks[index + queue.length]?.payload);
  // Over another transport too.
  const { body } = await as('phone').call('POST', '/commands/send_message', {
    roomId: 'general',
    message: 'one',
    id: 'phone-0',
  });
  expect(body).toEqual(acks[0]?.payload);
  expect(texts(await readRoom(as('phone'), 'general'))).toEqual(FIVE);
});
