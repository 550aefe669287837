import { io, type Socket } from 'socket.io-client';
import {
  type KeyValueStorage,
  type Message,
  OfflineMessageQueue,
  type Outcome,
  TEMPORARY,
} from './offline-message-queue.ts';

/** How long an answer is waited for, milliseconds. */
const ACK_TIMEOUT = 10_000;

/** The first wait before it comes back is about this long, milliseconds; Socket.IO doubles it and adds jitter. */
const BASE_DELAY = 500;

/** What an app hears of its chat. */
export interface SocketIOHandlers {
  onConnected(): void;
  /** It comes back by itself, unless `onStopped` follows. */
  onDisconnected(why: string): void;
  /** It does not come back: the token is refused, or this app is too old. Tell the user. */
  onStopped(why: string): void;
  /** What happens: `message`, `user_joined`, `user_left`, `update`, `notification` and so on. */
  onEvent(event: string, data: unknown): void;
  /** The server has taken a message. */
  onSent(message: Message): void;
  /** A message was given up; `queue.retry` or `queue.discard` it. */
  onFailed(message: Message, code: string): void;
  /** A room is new here, or what was missed is too long ago: read its history over HTTP. */
  onGap(roomId: string): void;
  /** The user is no member any more (`left`, `removed`), or never became one (the code of the error). */
  onRoomLost(roomId: string, why: string): void;
}

export interface SocketIOManagerOptions {
  readonly url: string;
  /** Asked for every connection, so that an expired token is replaced. */
  getAuthToken(): string;
  readonly handlers: SocketIOHandlers;
  readonly storage: KeyValueStorage;
  /** How long an answer is waited for, milliseconds. @default 10000 */
  readonly ackTimeout?: number;
  /** The longest wait before it comes back, milliseconds. @default 30000 */
  readonly maxDelay?: number;
}

/** Where an event stands in its channel. */
interface Place {
  readonly channel: string;
  readonly epoch: string;
  readonly offset: number;
}

interface ChannelEvent extends Place {
  readonly event: string;
  readonly data: unknown;
}

/** Why a session was refused. */
interface Refusal extends Error {
  readonly data?: { readonly code: string; readonly retryAfter?: number };
}

/** What the user's own channel says of a room, as far as it matters here. */
interface Update {
  readonly kind: string;
  readonly roomId: string;
  readonly reason?: string;
}

type Answer<Data> = Outcome & Data;

interface Subscribed {
  readonly position: string;
  readonly recovered: boolean;
  readonly events: readonly ChannelEvent[];
}

/** The rooms that are heard, and up to which position each was handled: `null` until it is known. */
type Rooms = Readonly<Record<string, string | null>>;

const channelOf = (roomId: string) => `room:${roomId}`;

/** A chat over a stock Socket.IO client, which goes on where it was: after cuts, and after its own end. */
export class SocketIOManager {
  readonly queue: OfflineMessageQueue;
  private readonly options: SocketIOManagerOptions;
  private socket: Socket | undefined;
  private rooms: Rooms;
  /** Channels whose past is still on its way, and what came on them meanwhile. */
  private readonly resuming = new Map<string, ChannelEvent[]>();
  private comingBack: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SocketIOManagerOptions) {
    const { storage, handlers, maxDelay } = options;
    this.options = options;
    this.rooms = JSON.parse(storage.getItem('rooms') ?? '{}');
    this.queue = new OfflineMessageQueue({
      storage,
      sendMessageDirectly: (message) => this.send(message),
      onSent: handlers.onSent,
      onFailed: handlers.onFailed,
      ...(maxDelay === undefined ? {} : { maxDelay }),
    });
  }

  connect(): void {
    const { url, getAuthToken, maxDelay = 30_000 } = this.options;
    this.socket = io(url, {
      transports: ['websocket'],
      auth: (give) => give({ token: getAuthToken() }),
      reconnectionDelay: Math.min(BASE_DELAY, maxDelay),
      reconnectionDelayMax: maxDelay,
    });
    this.setupEventListeners(this.socket);
  }

  /** At once, for when the device has a network again. */
  reconnect(): void {
    if (!this.socket?.connected) this.socket?.disconnect().connect();
  }

  /** Ends it for good. */
  disconnect(): void {
    clearTimeout(this.comingBack);
    this.socket?.disconnect();
  }

  /** Hears a room from now on, also after restarts of this program, until {@link leaveRoom}. */
  joinRoom(roomId: string): void {
    if (roomId in this.rooms) return;
    this.remember(roomId, null);
    if (this.socket?.connected) void this.resume(roomId);
  }

  leaveRoom(roomId: string): void {
    this.forget(roomId);
    this.socket?.emit('leave_room', { roomId });
  }

  /** @throws Error when too many messages wait already. */
  sendMessage(roomId: string, message: string): Message {
    return this.queue.queueMessage(roomId, message);
  }

  private setupEventListeners(socket: Socket): void {
    const { handlers } = this.options;

    socket.on('connect', () => {
      // A connection that was only cut is given what it missed by Socket.IO itself.
      if (!socket.recovered) for (const roomId of Object.keys(this.rooms)) void this.resume(roomId);
      handlers.onConnected();
      // What is sent from here on is behind the joining of the rooms.
      void this.queue.sendPendingMessages();
    });

    // The first event of a session. On their own channel users hear that they are put out of a room.
    socket.on('connected', ({ user }) => socket.emit('subscribe', { channel: `user:${user}` }));

    socket.onAny((event: string, data: unknown, place?: Place) => {
      if (place?.channel) this.hear({ ...place, event, data });
    });

    socket.on('tidings:disconnect', ({ reason, reconnect }) => {
      if (!reconnect) handlers.onStopped(reason);
    });

    socket.on('unsubscribed', ({ channel, error }) => this.lost(channel.replace(/^room:/, ''), error.code));

    socket.on('disconnect', (reason) => {
      this.resuming.clear();
      handlers.onDisconnected(reason);
    });

    socket.on('connect_error', (error: Refusal) => {
      // Socket.IO comes back by itself, unless the server has refused it in so many words.
      if (socket.active) return;
      const code = error.data?.code ?? error.message;
      if (!TEMPORARY.has(code)) handlers.onStopped(code);
      else setTimeout(() => socket.connect(), error.data?.retryAfter ?? BASE_DELAY * (1 + Math.random()));
    });
  }

  /** Joins a room, or goes on in it after the last event that was handled. */
  private async resume(roomId: string): Promise<void> {
    const { handlers } = this.options;
    const channel = channelOf(roomId);
    const since = this.rooms[roomId];
    if (since) {
      // What comes until the answer is dealt with is in the answer, or comes right behind it.
      this.resuming.set(channel, []);
    } else {
      const joined = await this.ask('join_room', { roomId });
      if (!joined?.ok) return this.notResumed(roomId, joined);
    }
    const answer = await this.ask<Subscribed>('subscribe', since ? { channel, since } : { channel });
    const meanwhile = this.resuming.get(channel) ?? [];
    this.resuming.delete(channel);
    if (!answer?.ok) return this.notResumed(roomId, answer);
    if (!(roomId in this.rooms)) return; // left meanwhile
    if (!answer.recovered) {
      handlers.onGap(roomId);
      this.remember(roomId, answer.position);
    }
    for (const event of [...answer.events, ...meanwhile]) this.hear(event);
  }

  private notResumed(roomId: string, answer: Outcome | undefined): void {
    if (!answer || answer.ok) return; // the connection was lost; the next one tries again
    const { code } = answer.error;
    if (TEMPORARY.has(code)) this.cut();
    else this.lost(roomId, code);
  }

  private hear(heard: ChannelEvent): void {
    const { channel, epoch, offset, event, data } = heard;
    const meanwhile = this.resuming.get(channel);
    if (meanwhile) {
      meanwhile.push(heard);
      return;
    }
    const { handlers } = this.options;
    const roomId = channel.replace(/^room:/, '');
    if (channel !== channelOf(roomId) || !(roomId in this.rooms)) {
      handlers.onEvent(event, data);
      if (event === 'update') this.updated(data as Update);
      return;
    }
    const [lastEpoch, lastOffset] = this.rooms[roomId]?.split(':') ?? [];
    if (epoch === lastEpoch && offset <= Number(lastOffset)) return; // heard before
    if (lastEpoch !== undefined && (epoch !== lastEpoch || offset !== Number(lastOffset) + 1)) {
      this.cut(); // a hole: coming back reads it again, from the last position
      return;
    }
    handlers.onEvent(event, data);
    // After the app: a crash in between repeats an event and loses none.
    this.remember(roomId, `${epoch}:${offset}`);
  }

  private updated({ kind, roomId, reason = 'left' }: Update): void {
    // On another device, or by the owner of the room.
    if (kind === 'left') this.lost(roomId, reason);
  }

  private async send(message: Message): Promise<Outcome | undefined> {
    if (!this.socket?.connected) return undefined;
    return (await this.ask('send_message', message)) ?? { ok: false, error: { code: 'connection_lost' } };
  }

  /** @returns the answer, the error `timeout` when none came, `undefined` when the connection was lost before. */
  private async ask<Data = unknown>(command: string, data: object): Promise<Answer<Data> | undefined> {
    const { socket } = this;
    const { ackTimeout = ACK_TIMEOUT } = this.options;
    const session = socket?.id;
    try {
      return await socket?.timeout(ackTimeout).emitWithAck(command, data);
    } catch {
      if (socket?.id !== session) return undefined;
      return { ok: false, error: { code: 'timeout' } } as Answer<Data>;
    }
  }

  /** Begins a new session after a while. One that was only cut would be given what follows the hole, and not what is in it. */
  private cut(): void {
    this.socket?.disconnect();
    clearTimeout(this.comingBack);
    this.comingBack = setTimeout(() => this.socket?.connect(), BASE_DELAY * (1 + Math.random()));
  }

  private lost(roomId: string, why: string): void {
    if (!(roomId in this.rooms)) return;
    this.forget(roomId);
    this.options.handlers.onRoomLost(roomId, why);
  }

  private remember(roomId: string, position: string | null): void {
    this.rooms = { ...this.rooms, [roomId]: position };
    this.options.storage.setItem('rooms', JSON.stringify(this.rooms));
  }

  private forget(roomId: string): void {
    const { [roomId]: _, ...rest } = this.rooms;
    this.rooms = rest;
    this.options.storage.setItem('rooms', JSON.stringify(rest));
  }
}
