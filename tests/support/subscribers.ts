/**
 * Clients that follow channels and come back after every disconnect, each as its protocol resumes: what an application
 * would have. They tell a {@link Hearing} what they hear.
 *
 * @module
 */
import { EventSource } from 'eventsource';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import { type Heard, Hearing } from './hearing.ts';
import type { ChannelAnswer, Message } from './native-client.ts';
import { MARK_EVENT, type Mark } from './publishers.ts';
import { onTeardown } from './teardown.ts';

/** A subscriber, and what it heard. */
export interface Subscriber {
  readonly hearing: Hearing;
  /** Every notice that its session ends. */
  readonly disconnects: { readonly reason?: string; readonly retryAfter?: number }[];
  close(): void;
}

/** Starts a subscriber of some channels. */
export type StartSubscriber = (url: string, channels: readonly string[]) => Subscriber;

/** Before coming back when the server named no time, milliseconds. */
const BACK_OFF = 50;

/** How long a native client believes in a connection on which its ping is not answered, milliseconds. */
const PING_PATIENCE = 500;

/** The native protocol, as PROTOCOL.md ("Resume") tells a client to do it. */
export const startNative: StartSubscriber = (url, channels) => {
  const hearing = new Hearing();
  const disconnects: Message[] = [];
  const places = new Map<string, string>();
  let ws: WebSocket | undefined;
  let timers: NodeJS.Timeout[] = [];
  let stopped = false;

  function hear(message: Message): void {
    const event = message as unknown as Heard;
    places.set(event.channel, `${event.epoch}:${event.offset}`);
    hearing.heard(event);
  }

  function place({ channel, position = '', recovered, events = [], error }: ChannelAnswer): void {
    if (error) throw new Error(`${channel}: ${error.code}`);
    if (recovered) {
      hearing.recovered();
      events.forEach(hear);
      if (places.get(channel) !== position)
        throw new Error(`${channel}: ${position} is not after its events`);
    } else {
      places.set(channel, position);
      hearing.told(channel, position);
    }
  }

  function connect(): void {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/realtime`);
    let retryAfter = BACK_OFF;
    ws = socket;
    socket.on('open', () => {
      const targets = channels.map((channel) => {
        const since = places.get(channel);
        return since === undefined ? channel : { channel, since };
      });
      socket.send(JSON.stringify({ type: 'subscribe', id: 1, channels: targets }));
    });
    let heartbeat = 1000;
    let silence: NodeJS.Timeout | undefined;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"ping"}');
        silence = setTimeout(() => socket.terminate(), PING_PATIENCE);
      }, heartbeat);
    };
    socket.on('message', (data) => {
      const message = JSON.parse(data.toString()) as Message;
      if (message.type === 'welcome') heartbeat = message.heartbeat ?? heartbeat;
      if (message.type === 'event') hear(message);
      if (message.type === 'reply') {
        if (!message.ok) throw new Error(`subscribe was refused: ${JSON.stringify(message.error)}`);
        message.channels?.forEach(place);
        hearing.connected();
      }
      if (message.type === 'disconnect') {
        disconnects.push(message);
        retryAfter = message.retryAfter ?? BACK_OFF;
      }
      listen();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(silence);
      if (!stopped) timers = [setTimeout(connect, retryAfter)];
    });
    listen();
  }

  function close(): void {
    stopped = true;
    timers.forEach(clearTimeout);
    ws?.terminate();
  }

  connect();
  onTeardown(close);
  return { hearing, disconnects, close };
};

/** What the third argument of a Socket.IO event says. */
type Meta = Omit<Heard, 'data'>;

/** A stock socket.io-client: it resumes by itself, and subscribes again only when told that it could not. */
export const startSocketIo: StartSubscriber = (url, channels) => {
  const hearing = new Hearing();
  const disconnects: object[] = [];
  const socket: Socket = io(url, {
    forceNew: true,
    reconnectionDelay: BACK_OFF,
    reconnectionDelayMax: BACK_OFF * 4,
  });
  socket.on('connect', () => {
    if (socket.recovered) {
      hearing.recovered();
      hearing.connected();
      return;
    }
    socket.emit('subscribe', { channels }, (answer: { ok: boolean; channels: readonly ChannelAnswer[] }) => {
      if (!answer.ok) throw new Error(`subscribe was refused: ${JSON.stringify(answer)}`);
      for (const { channel, position = '' } of answer.channels) hearing.told(channel, position);
      hearing.connected();
    });
  });
  socket.on(MARK_EVENT, (data: Mark, meta: Meta) => hearing.heard({ ...meta, data }));
  socket.on('tidings:disconnect', (notice: object) => disconnects.push(notice));
  const close = () => void socket.disconnect();
  onTeardown(close);
  return { hearing, disconnects, close };
};

/** The `eventsource` package, as a browser's EventSource: it sends Last-Event-ID by itself. */
export const startEventSource: StartSubscriber = (url, channels) => {
  const hearing = new Hearing();
  const disconnects: object[] = [];
  const source = new EventSource(`${url}/events?channels=${channels.join(',')}`);
  source.addEventListener('welcome', (event: MessageEvent) => {
    const { channels: answers } = JSON.parse(String(event.data)) as { channels: readonly ChannelAnswer[] };
    for (const { channel, position = '', recovered } of answers) {
      // What was missed follows; when nothing can, the channel goes on from the position.
      if (recovered) hearing.recovered();
      else hearing.told(channel, position);
    }
    hearing.connected();
  });
  source.addEventListener('message', (event: MessageEvent) => {
    const { payload, ...meta } = JSON.parse(String(event.data)) as Meta & { payload: Mark };
    hearing.heard({ ...meta, data: payload });
  });
  source.addEventListener('disconnect', (event: MessageEvent) => {
    disconnects.push(JSON.parse(String(event.data)) as object);
  });
  const close = () => source.close();
  onTeardown(close);
  return { hearing, disconnects, close };
};
