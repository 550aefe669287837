/**
 * The Socket.IO clients of mobile apps: that of examples/clients in a process of its own, and the one of the document as it
 * is written.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { CutProxy } from '../support/cut-proxy.ts';
import { Inbox } from '../support/inbox.ts';
import { runBundle } from '../support/mobile/bundle.ts';
import { spawnServer } from '../support/spawn-server.ts';
import {
  member,
  openSocket,
  type RunningRooms,
  readRoom,
  roomsAt,
  roomsKit,
  startRooms,
} from '../support/start-rooms.ts';
import { onTeardown } from '../support/teardown.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { Phone, STEP } from './phone.ts';
import type { Command } from './toolchains.ts';

const FOLDER = join(import.meta.dirname, '../../examples/clients/socketio');
const SNIPPET = readFileSync(join(import.meta.dirname, '../support/mobile/socket-io-manager.ts.txt'), 'utf8');

/** The address that the document's client has in it. */
const ADDRESS = 'ws://localhost:3000';

const COMMAND: Command = [process.execPath, join(FOLDER, 'phone.ts')];

/** A test that starts some processes on a busy machine, milliseconds. */
const PATIENCE = 90_000;

const MAX_MESSAGES = 500;

const FIVE = ['bir', 'iki', 'üç', 'dört', 'beş'] as const;

afterAll(() => {
  vi.unstubAllGlobals();
});

const textsOf = async ({ as }: RunningRooms) =>
  (await readRoom(as('other'), 'general')).map(({ message }) => message);

async function populated(rooms: RunningRooms): Promise<RunningRooms> {
  await rooms.as('other').call('POST', '/commands/join_room', { roomId: 'general' });
  return rooms;
}

const say = ({ as }: RunningRooms, message: string) =>
  as('other').call('POST', '/commands/send_message', { roomId: 'general', message });

describe('the phone of examples/clients', { timeout: PATIENCE }, () => {
  it('has five messages once and in order that it wrote offline, was killed and came back', async () => {
    const rooms = await populated(await startRooms());
    const proxy = await CutProxy.start(rooms.url);
    const folder = temporaryDirectory();
    const first = new Phone(COMMAND, { url: proxy.url, folder });
    first.write('merhaba');
    await first.says('sent');
    await first.hears('merhaba');
    await say(rooms, 'selam');
    await first.hears('selam');

    proxy.refuse();
    proxy.cut();
    await first.says('disconnected');
    first.write(...FIVE);
    await first.saysAll('queued', ['merhaba', ...FIVE]);
    await first.kill();
    await say(rooms, 'neredesin');
    proxy.accept();
    const second = new Phone(COMMAND, { url: proxy.url, folder });
    await second.saysAll('waiting', FIVE);
    await second.saysAll('sent', FIVE);
    await second.hears('beş');
    expect(second.heard).toEqual(['neredesin', ...FIVE]);
    expect(second.said.all.filter(({ type }) => type === 'gap')).toEqual([]);
    expect(await textsOf(rooms)).toEqual(['merhaba', 'selam', 'neredesin', ...FIVE]);
    await second.end();
  });

  it('loses and repeats nothing when it is cut off and the server is killed', async () => {
    const server = await spawnServer({ config: { kits: [roomsKit()] } });
    const rooms = await populated(roomsAt(server.url));
    const proxy = await CutProxy.start(server.url);
    const phone = new Phone(COMMAND, { url: proxy.url, folder: temporaryDirectory() });
    await phone.says('gap');
    phone.write('bir');
    await phone.says('sent');
    proxy.refuse();
    proxy.cut();
    await phone.says('disconnected');
    phone.write('iki');
    await say(rooms, 'selam');
    proxy.accept();
    expect((await phone.says('sent')).message).toBe('iki');
    await server.kill('SIGKILL');
    await phone.says('disconnected');
    phone.write('üç', 'dört');
    await server.start();
    await phone.saysAll('sent', ['üç', 'dört']);
    await phone.hears('dört');
    const all = ['bir', 'selam', 'iki', 'üç', 'dört'];
    expect(phone.heard).toEqual(all);
    expect(await textsOf(rooms)).toEqual(all);
    expect(phone.said.all.filter(({ type }) => type === 'gap')).toHaveLength(1);
  });

  it('sends again what was not answered, with one effect', async () => {
    const rooms = await populated(await startRooms());
    const proxy = await CutProxy.start(rooms.url);
    const phone = new Phone(COMMAND, { url: proxy.url, folder: temporaryDirectory() });
    await phone.says('gap');
    // What the server says does not arrive.
    proxy.pause('down');
    phone.write('bir');
    await expect.poll(() => textsOf(rooms), { timeout: STEP }).toEqual(['bir']);
    proxy.cut();
    expect((await phone.says('sent')).message).toBe('bir');
    await phone.hears('bir');
    expect(phone.heard).toEqual(['bir']);
    expect(await textsOf(rooms)).toEqual(['bir']);
  });

  it('gives a message up that is never answered, and one that is refused, and says so', async () => {
    const rooms = await populated(await startRooms({ maxMessage: 10 }));
    const proxy = await CutProxy.start(rooms.url);
    const folder = temporaryDirectory();
    const phone = new Phone(COMMAND, { url: proxy.url, folder, ackTimeout: 50 });
    await phone.says('gap');
    phone.write('this is too long', 'short');
    expect(await phone.says('failed')).toMatchObject({
      message: 'this is too long',
      code: 'invalid_request',
    });
    expect((await phone.says('sent')).message).toBe('short');
    proxy.pause('down');
    phone.write('unheard');
    expect(await phone.says('failed')).toMatchObject({ message: 'unheard', code: 'timeout' });
    expect(await textsOf(rooms)).toEqual(['short', 'unheard']);
    await phone.end();
    const again = new Phone(COMMAND, { url: rooms.url, folder });
    expect((await again.says('failed')).message).toBe('this is too long');
    expect((await again.says('failed')).message).toBe('unheard');
  });

  it('refuses what its queue has no room for, and ends when its token is refused', async () => {
    const rooms = await startRooms();
    const proxy = await CutProxy.start(rooms.url);
    proxy.refuse();
    const folder = temporaryDirectory();
    const phone = new Phone(COMMAND, { url: proxy.url, folder });
    phone.write('x'.repeat(60_000), ...Array.from({ length: MAX_MESSAGES + 1 }, (_, index) => `${index}`));
    expect((await phone.says('refused')).why).toBe('the message is too large');
    expect(await phone.says('refused')).toMatchObject({ message: '500', why: '500 messages wait already' });
    await phone.kill();
    const forged = new Phone(COMMAND, { url: rooms.url, folder, token: 'forged' });
    expect(await forged.says('stopped')).toMatchObject({ why: 'invalid_token' });
    expect(await forged.ended).toBe(1);
  });

  it('is told of a gap when it was away for too long, and of a room that it is put out of', async () => {
    const rooms = await populated(await startRooms({ history: 3 }));
    const folder = temporaryDirectory();
    const first = new Phone(COMMAND, { url: rooms.url, folder });
    await first.says('gap');
    await say(rooms, 'first');
    await first.hears('first');
    await first.kill();
    for (let index = 0; index < 5; index += 1) await say(rooms, `missed ${index}`);
    const second = new Phone(COMMAND, { url: rooms.url, folder });
    await second.says('gap');
    await say(rooms, 'after');
    await second.hears('after');
    expect(second.heard).toEqual(['after']);
    await rooms.as('other').call('DELETE', '/rooms/general/members/phone');
    expect(await second.says('room_lost')).toMatchObject({ roomId: 'general', why: 'removed' });
  });
});

describe('the SocketIOManager of the document', () => {
  /** What the client tells its app, or its log. */
  type Told = readonly [what: string, data?: unknown];

  interface Manager {
    connect(): void;
    joinRoom(roomId: string): void;
    sendMessage(roomId: string, message: string): void;
    socket: { disconnect(): void };
  }

  /** As it is written; its `io` goes to this server instead of port 3000, and what is done with what it hears is the app's. */
  async function open(url: string, user: string) {
    const told = new Inbox<Told>('the document’s SocketIOManager');
    vi.stubGlobal('documentIo', (address: string, options: object) => {
      expect(address).toBe(ADDRESS);
      return io(url.replace(/^http/, 'ws'), { ...options, forceNew: true });
    });
    vi.stubGlobal('getAuthToken', () => member(user));
    const { SocketIOManager } = await runBundle<{ SocketIOManager: new () => Manager }>({
      entry: join(FOLDER, 'document.ts'),
      code: `${SNIPPET}\nexport { SocketIOManager };`,
      instead: { 'socket.io-client': 'export default globalThis.documentIo;' },
    });
    Object.assign(SocketIOManager.prototype, {
      handleMessage: (data: unknown) => told.push(['message', data]),
      handleUserJoined: (joined: unknown) => told.push(['user_joined', joined]),
    });
    const manager = new SocketIOManager();
    manager.connect();
    onTeardown(() => manager.socket.disconnect());
    return { manager, told, take: async (what: string) => (await told.take(([name]) => name === what))[1] };
  }

  it('joins, writes and hears, and logs what was refused', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTeardown(() => vi.restoreAllMocks());
    const { url } = await startRooms();
    const ayse = await open(url, 'ayse');
    await expect.poll(() => log.mock.calls).toContainEqual(['Connected to server']);
    ayse.manager.joinRoom('general');
    ayse.manager.sendMessage('general', 'Merhaba');
    expect(await ayse.take('message')).toMatchObject({ user: 'ayse', message: 'Merhaba', roomId: 'general' });
    const berk = await openSocket(url, 'berk');
    await berk.socket.emitWithAck('join_room', { roomId: 'general' });
    await ayse.told.take(
      ([what, data]) => what === 'user_joined' && (data as { user: string }).user === 'berk',
    );
    ayse.manager.joinRoom('no such room!');
    await expect
      .poll(() => error.mock.calls)
      .toContainEqual([
        'Socket error:',
        expect.objectContaining({ code: 'invalid_request', command: 'join_room' }),
      ]);
    ayse.manager.socket.disconnect();
    await expect.poll(() => log.mock.calls).toContainEqual(['Disconnected from server']);
  });
});
