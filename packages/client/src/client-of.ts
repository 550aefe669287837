/**
 * The client, put together from its parts.
 *
 * @module
 */
import { onAbort } from './abortable.ts';
import { browserLifecycle } from './browser-lifecycle.ts';
import type { Channel, ChannelOptions, EventMap, SendOptions } from './channel.ts';
import { type ChannelParts, createChannel } from './channels/channel-handle.ts';
import { Feed } from './channels/feed.ts';
import { PositionKeeper } from './channels/position-keeper.ts';
import { Subscriptions } from './channels/subscriptions.ts';
import type { Client, ClientEvents } from './client.ts';
import { ClientError, errorFrom } from './client-error.ts';
import type { Timer } from './clock.ts';
import { Connection, closedError } from './connection/connection.ts';
import { Emitter } from './emitter.ts';
import type { ClientOptions } from './options.ts';
import { MemoryOutboxStore } from './outbox/memory-outbox-store.ts';
import { Outbox } from './outbox/outbox.ts';
import { quiet } from './quiet.ts';
import { Requests } from './requests.ts';
import { resolveSettings } from './settings.ts';
import type { OpenTransport } from './transports/transport.ts';
import { WeakCache } from './weak-cache.ts';
import type { ClientMessage, ServerMessage } from './wire.ts';

/** The same grammar as the server's, so that a slip is told where it was made. */
const CHANNEL_NAME = /^[a-z][a-z0-9_-]{0,31}:[^\s,\p{C}]{1,160}$/u;

/** How often what others have left is looked for, milliseconds. */
const ADOPT_INTERVAL = 60_000;

/** Creates a client on these transports. @throws ClientError `invalid_request` for an option that cannot be. */
export function clientOf(
  options: ClientOptions,
  open: { readonly websocket: OpenTransport; readonly sse: OpenTransport },
): Client {
  const settings = resolveSettings(options);
  const { clock, random } = settings;
  const lifecycle = options.lifecycle ?? browserLifecycle;
  const { share = (own: OpenTransport) => own } = options;
  let closed = false;

  const events = new Emitter<ClientEvents>((cause, event) => {
    // A handler of errors that throws itself can be told to nobody else.
    if (event !== 'error') onError(handlerFailed(cause));
  });
  const onError = (error: ClientError) => events.emit('error', error);
  const onUnknown = (cause: unknown) => onError(cause instanceof ClientError ? cause : handlerFailed(cause));

  const keeper = new PositionKeeper(options.positions, clock, (error) =>
    queueMicrotask(() => onError(error)),
  );
  const connection = new Connection({
    settings,
    open: { websocket: share(open.websocket), sse: share(open.sse) },
    onOpen() {
      subscriptions.opened();
      requests.opened();
      outbox.opened();
      void outbox.adopt();
    },
    onLost: () => subscriptions.lost(),
    onUser: () => outbox.pump(),
    onMessage: (message) => hear(message),
    onRefreshed: () => subscriptions.retry(),
    onTransport: (kind, reason) => events.emit('transport', { kind, reason }),
    onError,
  });
  const link = {
    clock,
    live: () => connection.live,
    need: () => connection.need(),
    request: (message: ClientMessage) => connection.request(message),
  };
  const urgent = (message: ClientMessage, timeout?: number) =>
    connection.request(message, { urgent: true, timeout });
  const subscriptions = new Subscriptions({
    ...link,
    request: urgent,
    kept: (channel) => keeper.get(channel),
  });
  const requests = new Requests({ ...link, request: urgent, timeout: settings.timeout });
  const outbox = new Outbox({
    ...link,
    random,
    store: options.outbox?.store ?? new MemoryOutboxStore(),
    limits: settings.outbox,
    user: () => connection.user,
    onError,
    onQueued: (entry) => events.emit('queued', entry),
    onDelivered: (entry, data) => events.emit('delivered', { entry, data }),
    onUndelivered: (entry, error) => events.emit('undelivered', { entry, error }),
  });

  function hear(message: ServerMessage): void {
    switch (message.type) {
      case 'event':
        subscriptions.event(message.event);
        return;
      case 'unsubscribed':
        subscriptions.unsubscribed(message.channel, message.error);
        return;
      case 'direct':
        events.emit('direct', { event: message.event, data: message.data });
        return;
      case 'reply':
        // Told unasked, as a stream does that was opened anew; or of a message that the server could not read.
        if (message.channels) subscriptions.answered(message.channels);
        else if (!message.ok) onError(errorFrom(message.error));
        return;
      default:
        return;
    }
  }

  const feeds = new WeakCache<Feed>();
  const feed = (name: string): Feed =>
    feeds.get(
      name,
      () =>
        new Feed({
          name,
          onHandlerError: onUnknown,
          onHandled: (position) => keeper.set(name, position),
        }),
    );

  const parts: ChannelParts = {
    feed,
    kept: new Set(),
    subscriptions,
    requests,
    outbox,
    clock,
    newKey,
    sendNow,
    self() {
      const { user, session } = connection.status.getSnapshot();
      return user ?? (session === undefined ? undefined : `anonymous:${session}`);
    },
    onError: onUnknown,
  };

  async function answerOf(message: ClientMessage): Promise<unknown> {
    return (await connection.request(message)).data;
  }

  /** Sends what is not to be kept. */
  function sendNow(message: ClientMessage, signal?: AbortSignal): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const off = onAbort(signal, reject);
    if (signal?.aborted !== true) answerOf(message).then(resolve, reject);
    return quiet(promise.finally(off));
  }

  const channels = new WeakCache<Channel>();

  const unwatch = lifecycle.watch({
    online: () => connection.online(),
    offline: () => connection.doubt(),
    wake() {
      connection.wake();
      void outbox.adopt();
    },
    hide: () => keeper.flush(),
  });
  void outbox.adopt();
  // A tab may be closed at any time, with something left that another has to send.
  let looking: Timer | undefined;
  const look = () => {
    looking = clock.after(ADOPT_INTERVAL, () => {
      void outbox.adopt();
      look();
    });
  };
  if (options.outbox?.store) look();
  options.outbox?.store?.watch?.(() => void outbox.adopt());

  return {
    url: settings.url,
    status: connection.status,
    pending: outbox.status,
    channel<Events = EventMap>(name: string, { last }: ChannelOptions = {}) {
      if (!CHANNEL_NAME.test(name))
        throw new ClientError('bad_channel', `"${name}" is not a channel name (namespace:rest).`);
      const own = feed(name);
      own.last = last ?? own.last;
      return channels.get(name, () => createChannel<EventMap>(own, parts)) as unknown as Channel<Events>;
    },
    command<Result>(
      name: string,
      data: unknown = {},
      { key = newKey(), signal, offline = true }: SendOptions = {},
    ) {
      const message = { type: 'command', name, data, key } as const;
      return (offline ? outbox.send(message, signal) : sendNow(message, signal)) as Promise<Result>;
    },
    connect: ({ signal } = {}) =>
      closed ? quiet(Promise.reject(closedError())) : connection.connect(signal),
    disconnect: () => connection.disconnect(),
    refreshToken: () => connection.refreshToken(),
    on: (event, handler) => events.on(event, handler),
    async close() {
      if (closed) return;
      closed = true;
      unwatch();
      looking?.cancel();
      keeper.flush();
      connection.close();
      requests.close();
      subscriptions.close();
      await outbox.close();
      events.clear();
    },
  };
}

function handlerFailed(cause: unknown): ClientError {
  return new ClientError('handler_failed', 'A handler threw.', { cause });
}

/** A key that is used once. `crypto.randomUUID` exists in secure contexts only. */
function newKey(): string {
  const { crypto } = globalThis;
  if (crypto?.randomUUID) return crypto.randomUUID();
  if (crypto?.getRandomValues)
    return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('-');
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}-${Math.random().toString(36).slice(2)}`;
}
