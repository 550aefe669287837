import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import type { ForumOptions } from '../../../kits/forum/server/options.ts';
import type { ConfigInput } from '../../../packages/server/src/config.ts';
import { Api } from '../api.ts';
import { API_KEY, type Claims, signToken } from '../credentials.ts';
import { Inbox } from '../inbox.ts';
import { JumpingClock } from '../jumping-clock.ts';
import { NativeClient } from '../native-client.ts';
import { startServer } from '../start-server.ts';
import { onTeardown } from '../teardown.ts';
import { temporaryDirectory } from '../temporary-directory.ts';

const KIT = join(import.meta.dirname, '../../../kits/forum/server/kit.ts');

/** A kit's file with these options, for a server's `kits`. */
export function forumKit(options: Partial<ForumOptions> = {}): string {
  const file = join(temporaryDirectory(), 'forum.ts');
  writeFileSync(
    file,
    `import { createForumKit } from ${JSON.stringify(KIT)};
export default createForumKit(${JSON.stringify(options)});\n`,
  );
  return file;
}

/** Tokens are good for as long as any test moves its clock, seconds. */
const TOKEN_LIFETIME = 10 * 365 * 24 * 3600;

/** A token of a user whose only rights are everybody's. */
export function forumToken(user: string, claims: Claims = {}): string {
  const iat = Math.floor(Date.now() / 1000);
  return signToken({ sub: user, iat, exp: iat + TOKEN_LIFETIME, ...claims });
}

/** What a Socket.IO client has heard. */
export interface Heard {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** A stock Socket.IO client, and what it hears. */
export interface ForumSocket {
  readonly socket: Socket;
  readonly heard: Inbox<Heard>;
  /** Takes the next event of a name. */
  take(event: string, match?: (data: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  /** Sends a command and takes the answer's data. @throws Error that has the code of the refusal as its message */
  ask(command: string, data?: object): Promise<Record<string, unknown>>;
}

/** A server with a forum whose time stands still until a test moves it. */
export interface RunningForum {
  readonly url: string;
  readonly data: string;
  readonly clock: JumpingClock;
  /** The HTTP API as a backend. */
  readonly backend: Api;
  /** The HTTP API as a user; `undefined` is nobody. */
  as(user: string | undefined, claims?: Claims): Api;
  /** The HTTP API as a moderator. */
  readonly moderator: Api;
  /** A native client of a user, welcomed. */
  native(user: string, claims?: Claims): Promise<NativeClient>;
  socket(user: string, claims?: Claims): Promise<ForumSocket>;
  /** Makes a board with a thread, whose first post is there. @returns the thread's id */
  thread(board?: object): Promise<string>;
  stop(): Promise<void>;
}

/** How a forum is started. */
export interface StartForum {
  readonly options?: Partial<ForumOptions>;
  readonly config?: ConfigInput;
  readonly clock?: JumpingClock;
}

/** The newest clock: servers that share a database take turns by what time it is, so that time never goes back. */
let newest: JumpingClock | undefined;

function nextClock(): JumpingClock {
  newest = new JumpingClock(Math.max(Date.now(), newest?.now() ?? 0));
  return newest;
}

/** Boards of all tests, since some share a database. */
let boards = 0;

/** Starts a real server with the forum kit; ended with the test. */
export async function startForum({
  options = {},
  config = {},
  clock = nextClock(),
}: StartForum = {}): Promise<RunningForum> {
  const { url, data, stop } = await startServer(
    { kits: [forumKit(options)], presence: { grace: 0 }, ...config },
    { clock },
  );
  const as: RunningForum['as'] = (user, claims) =>
    new Api({ url, bearer: user === undefined ? undefined : forumToken(user, claims) });
  const backend = new Api({ url, bearer: API_KEY });
  return {
    url,
    data,
    clock,
    stop,
    backend,
    as,
    moderator: as('moderator', { roles: ['moderator'] }),
    native: (user, claims) => NativeClient.welcomed(url, { token: forumToken(user, claims) }),
    socket: (user, claims) => openForumSocket(url, forumToken(user, claims)),
    async thread(board = {}) {
      boards += 1;
      const id = `board-${boards}-${process.pid}`;
      const made = await backend.call('PUT', `/forum/boards/${id}`, { name: id, ...board });
      if (made.status >= 300) throw new Error(`the board was answered ${made.status}: ${made.text}`);
      const { status, body, text } = await as('ayse', { name: 'Ayşe', roles: ['moderator'] }).post(
        `/forum/boards/${id}/threads`,
        { title: 'Hello', content: 'First' },
      );
      if (status >= 300) throw new Error(`the thread was answered ${status}: ${text}`);
      return (body.thread as { id: string }).id;
    },
  };
}

/** Opens a stock Socket.IO client, which is in; ended with the test. */
export async function openForumSocket(url: string, token: string): Promise<ForumSocket> {
  const socket: Socket = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 20,
    reconnectionDelayMax: 50,
    auth: { token },
  });
  onTeardown(() => void socket.disconnect());
  const heard = new Inbox<Heard>('Socket.IO');
  socket.onAny((event: string, data: Record<string, unknown>) => heard.push({ event, data }));
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('connect_error', reject);
  });
  return {
    socket,
    heard,
    take: async (event, match = () => true) =>
      (await heard.take((item) => item.event === event && match(item.data))).data,
    async ask(command, data = {}) {
      const answer = await socket.emitWithAck(command, data);
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.data;
    },
  };
}
