/**
 * The event streams of a React Native app: the client of examples/clients, and the one of the document as it is written.
 * Both with the package `react-native-sse` on a `XMLHttpRequest` that streams, as that of React Native does.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type {
  CursorStore,
  SSEManagerOptions,
} from '../../examples/clients/react-native-sse/sse-manager-options.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { Inbox } from '../support/inbox.ts';
import { runBundle } from '../support/mobile/bundle.ts';
import { spawnServer } from '../support/spawn-server.ts';
import { member, type RunningRooms, roomsAt, roomsKit, startRooms } from '../support/start-rooms.ts';
import { onTeardown } from '../support/teardown.ts';

const FOLDER = join(import.meta.dirname, '../../examples/clients/react-native-sse');
const SNIPPET = readFileSync(join(import.meta.dirname, '../support/mobile/sse-manager.ts.txt'), 'utf8');

/** On a busy machine, milliseconds. */
const PATIENCE = 60_000;

/** What the client tells its app. */
type Told = readonly [what: string, data?: unknown];

/** A manager, as far as a test calls it. */
interface Manager {
  connect(url: string): unknown;
  disconnect(): void;
}

/** The globals of React Native that the package uses, for a page of this server. */
function asReactNative(url: string): void {
  const { window } = new JSDOM('', { url });
  vi.stubGlobal('XMLHttpRequest', window.XMLHttpRequest);
  onTeardown(() => window.close());
}

afterAll(() => {
  vi.unstubAllGlobals();
});

const mention = ({ as }: RunningRooms, text: string) =>
  as('other').call('POST', '/commands/send_message', { roomId: 'general', message: `@phone ${text}` });

async function populated(rooms: RunningRooms): Promise<RunningRooms> {
  for (const user of ['other', 'phone'])
    await rooms.as(user).call('POST', '/commands/join_room', { roomId: 'general' });
  return rooms;
}

describe('the SSEManager of examples/clients', () => {
  let Example: new (options: SSEManagerOptions) => Manager;
  beforeAll(async () => {
    const bundle = await runBundle<{ SSEManager: typeof Example }>({ entry: join(FOLDER, 'sse-manager.ts') });
    Example = bundle.SSEManager;
  });

  /** The client on a page of this server. */
  function open(url: string, more: Partial<SSEManagerOptions> = {}) {
    asReactNative(url);
    const told = new Inbox<Told>('SSEManager');
    const manager = new Example({
      getAuthToken: () => member('phone'),
      showNotification: (payload) => told.push(['notification', (payload as { message: string }).message]),
      updateUI: (payload) => told.push(['update', payload]),
      onGap: (channel) => told.push(['gap', channel]),
      onRefused: (channel, code) => told.push(['refused', [channel, code]]),
      onStopped: (why) => told.push(['stopped', why]),
      maxDelay: 200,
      ...more,
    });
    onTeardown(() => manager.disconnect());
    const connect = (channels: string) => manager.connect(`${url}/events?channels=${channels}`);
    const take = async (what: string) => (await told.take(([name]) => name === what, PATIENCE))[1];
    const notifications = () => told.all.filter(([what]) => what === 'notification').map(([, text]) => text);
    return { manager, told, connect, take, notifications };
  }

  it('hears notifications and updates, by its header alone', async () => {
    const rooms = await populated(await startRooms());
    const { connect, take, told } = open(rooms.url);
    await connect('user:phone,room:secret');
    expect(await take('gap')).toBe('user:phone');
    expect(await take('refused')).toEqual(['room:secret', 'forbidden']);
    await mention(rooms, 'bir');
    expect(await take('notification')).toBe('general: @phone bir');
    await told.take(([what, data]) => what === 'update' && (data as { unread?: number }).unread === 1);
  });

  it(
    'hears each once and in order through cuts, a kill of the server and its own end',
    async () => {
      const server = await spawnServer({ config: { kits: [roomsKit()] } });
      const rooms = await populated(roomsAt(server.url));
      const proxy = await CutProxy.start(server.url);
      let kept: string | null = null;
      const cursor: CursorStore = {
        load: async () => kept,
        save: async (value) => {
          kept = value;
        },
      };
      const first = open(proxy.url, { cursor });
      await first.connect('user:phone');
      await first.take('gap');
      await mention(rooms, '1');
      await first.take('notification');
      proxy.refuse();
      proxy.cut();
      await mention(rooms, '2');
      proxy.accept();
      await first.take('notification');
      await server.restart();
      await mention(rooms, '3');
      await first.take('notification');
      // Ends cleanly, with a word.
      expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      await server.start();
      await mention(rooms, '4');
      await first.take('notification');
      expect(first.notifications()).toEqual([1, 2, 3, 4].map((n) => `general: @phone ${n}`));
      expect(first.told.all.filter(([what]) => what === 'gap')).toHaveLength(1);

      first.manager.disconnect();
      await mention(rooms, '5');
      const second = open(proxy.url, { cursor });
      await second.connect('user:phone');
      await second.take('notification');
      await mention(rooms, '6');
      await second.take('notification');
      expect(second.notifications()).toEqual([5, 6].map((n) => `general: @phone ${n}`));
      expect(second.told.all.filter(([what]) => what === 'gap')).toEqual([]);
      expect(first.notifications()).toHaveLength(4);
    },
    PATIENCE,
  );

  it('notices a connection that died without a word', async () => {
    const rooms = await populated(await startRooms());
    const proxy = await CutProxy.start(rooms.url);
    const { connect, take, notifications } = open(proxy.url, { silence: 500 });
    await connect('user:phone');
    await take('gap');
    proxy.halfOpen();
    await mention(rooms, 'bir');
    await take('notification');
    expect(notifications()).toEqual(['general: @phone bir']);
  });

  it('ends visibly when its token is refused, and leaves nothing behind', async () => {
    const rooms = await populated(await startRooms());
    const { connect, take } = open(rooms.url, { getAuthToken: () => 'forged' });
    await connect('user:phone');
    expect(await take('stopped')).toBe('HTTP 401');
    const revoked = open(rooms.url);
    await revoked.connect('user:phone');
    await revoked.take('gap');
    expect((await rooms.backend.call('POST', '/users/phone/revoke')).status).toBeLessThan(300);
    expect(await revoked.take('stopped')).toEqual(expect.any(String));
    const { body } = await rooms.backend.call('GET', '/connections');
    expect(body).toMatchObject({ connections: [] });
  });
});

describe('the SSEManager of the document', () => {
  /** As it is written: `getAuthToken` is the app's, and so is what is done with what was heard. */
  async function open(url: string, instead: Readonly<Record<string, string>> = {}) {
    asReactNative(url);
    vi.stubGlobal('getAuthToken', () => member('phone'));
    const { SSEManager } = await runBundle<{ SSEManager: new () => Manager }>({
      entry: join(FOLDER, 'document.ts'),
      code: `${SNIPPET}\nexport { SSEManager };`,
      instead,
    });
    const told = new Inbox<Told>('the document’s SSEManager');
    Object.assign(SSEManager.prototype, {
      showNotification: (payload: unknown) => told.push(['notification', payload]),
      updateUI: (payload: unknown) => told.push(['update', payload]),
    });
    const manager = new SSEManager();
    onTeardown(() => manager.disconnect());
    return { manager, told, take: async (what: string) => (await told.take(([name]) => name === what))[1] };
  }

  it('imports a name that the package does not have', async () => {
    const { manager } = await open('http://127.0.0.1:9');
    expect(() => manager.connect('http://127.0.0.1:9/events?channels=user:phone')).toThrow(TypeError);
  });

  it('hears notifications and updates when the bundler gives it that name', async () => {
    const rooms = await populated(await startRooms());
    const { manager, told, take } = await open(rooms.url, {
      'react-native-sse': "export { default as EventSource } from 'react-native-sse';",
    });
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    manager.connect(`${rooms.url}/events?channels=user:phone`);
    await expect.poll(() => log.mock.calls).toContainEqual(['SSE connection opened']);
    log.mockRestore();
    await mention(rooms, 'merhaba');
    expect(await take('notification')).toMatchObject({ message: 'general: @phone merhaba' });
    await told.take(([what, data]) => what === 'update' && (data as { unread?: number }).unread === 1);
  });
});
