/**
 * examples/clients/okhttp, in Kotlin and in Java, each as a process of its own: offline, killed, refused and cut off.
 *
 * @module
 */
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CutProxy } from '../support/cut-proxy.ts';
import { FrameTap } from '../support/frame-tap.ts';
import { spawnServer } from '../support/spawn-server.ts';
import {
  openRaw,
  type RunningRooms,
  readRoom,
  roomsAt,
  roomsKit,
  startRooms,
} from '../support/start-rooms.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { Phone, STEP } from './phone.ts';
import { type Command, Missing, maven } from './toolchains.ts';

const SOURCES = join(import.meta.dirname, '../../examples/clients/okhttp');

/** With empty caches on a busy machine, milliseconds. */
const PREPARATION = 400_000;

/** A test that starts some virtual machines on a busy one, milliseconds. */
const PATIENCE = 90_000;

const MAX_MESSAGES = 500;

const FIVE = ['bir', 'iki', 'üç', 'dört', 'beş'] as const;

const ready = new Map<string, Command | Missing | Error>();

async function build(language: string, main: string): Promise<void> {
  const built = maven(join(SOURCES, language), ['compile']).then((folder): Command => {
    const classes = [join(folder, 'target/classes'), join(folder, 'target/dependency/*')];
    return ['java', '-Dfile.encoding=UTF-8', '-cp', classes.join(delimiter), main];
  });
  ready.set(language, await built.catch((error: Error) => error));
}

beforeAll(async () => {
  await build('kotlin', 'PhoneKt');
  await build('java', 'Phone');
}, PREPARATION);

const textsOf = async ({ as }: RunningRooms) =>
  (await readRoom(as('other'), 'general')).map(({ message }) => message);

async function populated(rooms: RunningRooms): Promise<RunningRooms> {
  await rooms.as('other').call('POST', '/commands/join_room', { roomId: 'general' });
  return rooms;
}

const say = ({ as }: RunningRooms, message: string) =>
  as('other').call('POST', '/commands/send_message', { roomId: 'general', message });

describe.each(['kotlin', 'java'])('a phone with OkHttp in %s', (language) => {
  /** The command; skips the test where it cannot run. @throws Error when it does not compile. */
  function commandOf(context: { skip(note: string): never }): Command {
    const found = ready.get(language);
    if (found instanceof Missing) return context.skip(found.message);
    if (found instanceof Error) throw found;
    return found as Command;
  }

  it(
    'has five messages once and in order that it wrote offline, was killed and came back',
    async (context) => {
      const command = commandOf(context);
      const rooms = await populated(await startRooms());
      const other = await openRaw(rooms.url, 'other');
      other.send({ type: 'join_room', roomId: 'general' });
      const proxy = await CutProxy.start(rooms.url);
      const folder = temporaryDirectory();
      const first = new Phone(command, { url: proxy.url, folder });
      await first.says('connected');
      first.write('merhaba');
      expect((await other.take('message')).payload).toMatchObject({ user: 'phone', message: 'merhaba' });
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
      const second = new Phone(command, { url: proxy.url, folder });
      await second.saysAll('waiting', FIVE);
      await second.saysAll('sent', FIVE);
      await second.hears('beş');
      // What was said meanwhile has come too, and nothing came twice.
      expect(second.heard).toEqual(['neredesin', ...FIVE]);
      expect(second.said.all.filter(({ type }) => type === 'gap')).toEqual([]);
      expect(await textsOf(rooms)).toEqual(['merhaba', 'selam', 'neredesin', ...FIVE]);
      await second.end();
      const third = new Phone(command, { url: proxy.url, folder });
      await third.says('connected');
      expect(third.said.all.filter(({ type }) => type === 'waiting')).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'loses and repeats nothing when answers are lost and the server is killed',
    async (context) => {
      const command = commandOf(context);
      const server = await spawnServer({ config: { kits: [roomsKit()] } });
      const rooms = await populated(roomsAt(server.url));
      const tap = await FrameTap.start(server.url);
      const phone = new Phone(command, { url: tap.url, folder: temporaryDirectory(), ackTimeout: 1000 });
      await phone.says('connected');
      tap.loses = ({ type }) => type === 'ack';
      phone.write(...FIVE.slice(0, 3));
      await expect.poll(() => textsOf(rooms), { timeout: STEP }).toEqual(FIVE.slice(0, 3));
      await server.kill('SIGKILL');
      await phone.says('disconnected');
      phone.write(...FIVE.slice(3));
      tap.loses = () => false;
      await server.start();
      await phone.saysAll('sent', FIVE);
      await phone.hears('beş');
      expect(phone.heard).toEqual(FIVE);
      expect(await textsOf(rooms)).toEqual(FIVE);
    },
    PATIENCE,
  );

  it(
    'sends what has gathered as one batch, takes batches, and has no secret in its address',
    async (context) => {
      const command = commandOf(context);
      const rooms = await populated(await startRooms());
      const tap = await FrameTap.start(rooms.url);
      const proxy = await CutProxy.start(tap.url);
      proxy.refuse();
      const phone = new Phone(command, { url: proxy.url, folder: temporaryDirectory() });
      const many = Array.from({ length: 25 }, (_, index) => `${index}`);
      phone.write(...many);
      await phone.saysAll('queued', many);
      proxy.accept();
      await phone.saysAll('sent', many);
      await phone.hears('24');
      expect(phone.heard).toEqual(many);
      const batches = tap.sent.filter(({ type }) => type === 'batch');
      expect(batches.map(({ messages }) => messages?.length)).toEqual([10, 10, 5]);
      expect(tap.received.some(({ type }) => type === 'batch')).toBe(true);
      expect(new Set(tap.paths)).toEqual(new Set(['/api/v1/rooms/ws?batch=1']));
    },
    PATIENCE,
  );

  it(
    'gives a message up that is never answered, and one that is refused, and says so',
    async (context) => {
      const command = commandOf(context);
      const rooms = await populated(await startRooms({ maxMessage: 10 }));
      const tap = await FrameTap.start(rooms.url);
      const folder = temporaryDirectory();
      const phone = new Phone(command, { url: tap.url, folder, ackTimeout: 50 });
      await phone.says('connected');
      phone.write('this is too long', 'short');
      expect(await phone.says('failed')).toMatchObject({
        message: 'this is too long',
        code: 'invalid_request',
      });
      expect((await phone.says('sent')).message).toBe('short');
      tap.loses = ({ type }) => type === 'ack';
      phone.write('unheard');
      expect(await phone.says('failed')).toMatchObject({ message: 'unheard', code: 'timeout' });
      expect(tap.sent.filter(({ type }) => type === 'send_message').length).toBeGreaterThanOrEqual(10);
      // However often it was sent.
      expect(await textsOf(rooms)).toEqual(['short', 'unheard']);
      await phone.end();
      tap.loses = () => false;
      const again = new Phone(command, { url: tap.url, folder });
      expect((await again.says('failed')).message).toBe('this is too long');
      expect((await again.says('failed')).message).toBe('unheard');
    },
    PATIENCE,
  );

  it(
    'refuses what its queue has no room for, and ends when its token is refused',
    async (context) => {
      const command = commandOf(context);
      const rooms = await startRooms();
      const proxy = await CutProxy.start(rooms.url);
      proxy.refuse();
      const folder = temporaryDirectory();
      const phone = new Phone(command, { url: proxy.url, folder });
      phone.write('x'.repeat(60_000), ...Array.from({ length: MAX_MESSAGES + 1 }, (_, index) => `${index}`));
      expect((await phone.says('refused')).why).toBe('the message is too large');
      expect(await phone.says('refused')).toMatchObject({ message: '500', why: '500 messages wait already' });
      await phone.kill();
      const forged = new Phone(command, { url: rooms.url, folder, token: 'forged' });
      expect(await forged.says('stopped')).toMatchObject({ why: 'invalid_token' });
      expect(await forged.ended).toBe(1);
    },
    PATIENCE,
  );

  it(
    'is told of a gap when it was away for too long, and of a room that it is not let into',
    async (context) => {
      const command = commandOf(context);
      const rooms = await populated(await startRooms({ history: 3 }));
      const folder = temporaryDirectory();
      const first = new Phone(command, { url: rooms.url, folder });
      await first.says('gap');
      await say(rooms, 'first');
      await first.hears('first');
      await first.kill();
      for (let index = 0; index < 5; index += 1) await say(rooms, `missed ${index}`);
      const second = new Phone(command, { url: rooms.url, folder });
      await second.says('gap');
      await say(rooms, 'after');
      await second.hears('after');
      expect(second.heard).toEqual(['after']);
      await rooms.as('other').call('DELETE', '/rooms/general/members/phone');
      expect(await second.says('room_lost')).toMatchObject({ roomId: 'general', why: 'removed' });
    },
    PATIENCE,
  );
});
