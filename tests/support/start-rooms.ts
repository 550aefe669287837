import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import type { Message, Update } from '../../kits/rooms/events.ts';
import type { RoomsOptions } from '../../kits/rooms/server/options.ts';
import type { ConfigInput } from '../../packages/server/src/config.ts';
import { Api } from './api.ts';
import { API_KEY, signToken } from './credentials.ts';
import { Inbox } from './inbox.ts';
import { NativeClient } from './native-client.ts';
import { startServer } from './start-server.ts';
import { onTeardown } from './teardown.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const KIT = join(import.meta.dirname, '../../kits/rooms/server/kit.ts');

/** Readers are told what is unread as soon as may be, so that no test waits. */
const QUICK: RoomsOptions = { unreadDelay: 0 };

/** A kit's file with these options, for a server's `kits`. */
export function roomsKit(options: RoomsOptions = {}): string {
  const file = join(temporaryDirectory(), 'rooms.ts');
  writeFileSync(
    file,
    `import { createRoomsKit } from ${JSON.stringify(KIT)};
export default createRoomsKit(${JSON.stringify({ ...QUICK, ...options })});\n`,
  );
  return file;
}

/** A token of a user whose only rights are a member's. */
export function member(user: string, claims: Readonly<Record<string, unknown>> = {}): string {
  return signToken({ sub: user, ...claims });
}

/** A server with rooms. */
export interface RunningRooms {
  readonly url: string;
  /** The HTTP API as a user. */
  as(user: string): Api;
  /** The HTTP API as a backend. */
  readonly backend: Api;
  /** A native client of a user, welcomed. */
  connect(user: string): Promise<NativeClient>;
}

/** Starts a real server with the rooms kit; ended with the test. */
export async function startRooms(
  options: RoomsOptions = {},
  config: ConfigInput = {},
): Promise<RunningRooms> {
  const { url } = await startServer({ kits: [roomsKit(options)], presence: { grace: 0 }, ...config });
  return roomsAt(url);
}

/** A server with rooms that runs already. */
export function roomsAt(url: string): RunningRooms {
  return {
    url,
    as: (user) => new Api({ url, bearer: member(user) }),
    backend: new Api({ url, bearer: API_KEY }),
    connect: (user) => NativeClient.welcomed(url, { token: member(user) }),
  };
}

/** A message of the raw WebSocket, as it came. */
export interface RawMessage {
  readonly type: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly id?: string | number;
  readonly command?: string;
  readonly channel?: string;
  readonly position?: string;
  readonly messages?: readonly RawMessage[];
}

/** A mobile client's raw WebSocket; it unpacks no batches. */
export async function openRaw(url: string, user: string, query = '') {
  const client = await NativeClient.connect(url, { path: `/api/v1/rooms/ws${query}`, token: member(user) });
  const messages = client.messages as unknown as Inbox<RawMessage>;
  return {
    client,
    messages,
    send: (message: unknown) => client.send(message),
    take: (type: string, match: (message: RawMessage) => boolean = () => true) =>
      messages.take((message) => message.type === type && match(message)),
  };
}

/** A stock Socket.IO client of a user, and what it hears by event. */
export async function openSocket(url: string, user: string, claims = {}) {
  const socket: Socket = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 20,
    reconnectionDelayMax: 50,
    auth: { token: member(user, claims) },
  });
  onTeardown(() => void socket.disconnect());
  const heard = new Inbox<{ readonly event: string; readonly data: Record<string, unknown> }>('Socket.IO');
  socket.onAny((event: string, data: Record<string, unknown>) => heard.push({ event, data }));
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('connect_error', reject);
  });
  return {
    socket,
    heard,
    take: async (event: string) => (await heard.take((item) => item.event === event)).data,
  };
}

/** The next `update` of a kind that a client hears on its user's channel, which it follows. */
export async function nextUpdate<Kind extends Update['kind']>(
  client: NativeClient,
  kind: Kind,
): Promise<Extract<Update, { kind: Kind }>> {
  const { data } = await client.event(({ event, data }) => event === 'update' && data?.kind === kind);
  return data as unknown as Extract<Update, { kind: Kind }>;
}

/** All messages of a room, page by page from the newest. */
export async function readRoom(api: Api, room: string, limit = 50): Promise<readonly Message[]> {
  const all: Message[] = [];
  let before: number | null | undefined;
  while (before !== null) {
    const { status, body } = await api.call(
      'GET',
      `/rooms/${room}/messages?limit=${limit}${before === undefined ? '' : `&before=${before}`}`,
    );
    if (status !== 200) throw new Error(`the history was answered ${status}: ${JSON.stringify(body)}`);
    all.unshift(...(body.messages as Message[]));
    before = body.next as number | null;
  }
  return all;
}
