/**
 * A connection that comes back: does what the machine says, and carries messages while there is a transport.
 *
 * @module
 */
import { onAbort } from '../abortable.ts';
import { ClientError } from '../client-error.ts';
import type { Timer } from '../clock.ts';
import type { ConnectionStatus, TransportKind } from '../connection-status.ts';
import { type Outgoing, writeMessage } from '../outgoing.ts';
import { quiet } from '../quiet.ts';
import type { Settings } from '../settings.ts';
import { createStore, type WritableStore } from '../store.ts';
import type { OpenTransport, Transport, TransportEnd, TransportListener } from '../transports/transport.ts';
import { type ClientMessage, PROTOCOL, type ServerMessage, type WelcomeMessage } from '../wire.ts';
import { Batcher } from './batcher.ts';
import { type Answer, Calls } from './calls.ts';
import { ClockWatch } from './clock-watch.ts';
import { Heartbeat } from './heartbeat.ts';
import {
  initialState,
  type MachineEffect,
  type MachineEvent,
  type MachineRules,
  type MachineState,
  step,
} from './machine.ts';
import { askToken } from './token.ts';
import { TokenRefresh } from './token-refresh.ts';

export interface ConnectionOptions {
  readonly settings: Settings;
  readonly open: Readonly<Record<TransportKind, OpenTransport>>;
  /** The server has welcomed the session. */
  readonly onOpen: () => void;
  /** The connection is gone; whatever waited for an answer has been told. */
  readonly onLost: () => void;
  /** Whose the session is may have been learnt only now. */
  readonly onUser: () => void;
  readonly onMessage: (message: ServerMessage) => void;
  /** The server has taken a new token. */
  readonly onRefreshed: () => void;
  readonly onTransport: (kind: TransportKind, reason: ClientError | undefined) => void;
  readonly onError: (error: ClientError) => void;
}

/** A connection that has held so long begins its back-off anew, milliseconds. */
const STABLE = 3000;

export class Connection {
  readonly status: WritableStore<ConnectionStatus>;
  readonly #options: ConnectionOptions;
  readonly #rules: MachineRules;
  readonly #calls: Calls;
  readonly #batcher: Batcher<Outgoing>;
  readonly #heartbeat: Heartbeat;
  readonly #watch: ClockWatch;
  readonly #refresh: TokenRefresh;
  #state: MachineState;
  #transport: Transport | undefined;
  #welcome: WelcomeMessage | undefined;
  #openedAt = 0;
  #asking: AbortController | undefined;
  #openTimer: Timer | undefined;
  #retryTimer: Timer | undefined;
  #nextId = 1;

  constructor(options: ConnectionOptions) {
    const { settings } = options;
    const { clock, backoff, transports, random, token } = settings;
    this.#options = options;
    this.#rules = { ...backoff, transports, random, renewable: typeof token === 'function' };
    this.#state = initialState(this.#rules);
    this.status = createStore(this.#status(), (cause) => this.#handlerFailed(cause));
    this.#calls = new Calls(clock);
    this.#batcher = new Batcher({
      clock,
      ...settings.batch,
      send: (messages) => this.#transport?.send(messages),
    });
    this.#watch = new ClockWatch(clock);
    this.#heartbeat = new Heartbeat({
      clock,
      patience: settings.pingTimeout,
      ping: () => this.#ping(),
      onSilence: () => this.#lose(new ClientError('connection_lost', 'The server has gone silent.')),
    });
    this.#refresh = new TokenRefresh({
      clock,
      ask: (signal) => askToken(token, settings.tokenTimeout, clock, signal),
      hand: async (fresh) => {
        const answer = await this.request({ type: 'authenticate', token: fresh }, { urgent: true });
        const { user } = (answer.data ?? {}) as { readonly user?: string };
        if (user && this.#welcome) this.#known({ ...this.#welcome, user });
        options.onRefreshed();
        return answer;
      },
      onError: options.onError,
    });
  }

  get live(): boolean {
    return this.#state.state === 'connected';
  }

  /** The user of the session there is, or else of the last. */
  get user(): string | undefined {
    return this.#welcome?.user;
  }

  /** Begins to connect if nothing has yet; after it was left or has failed only a user's own `connect` does. */
  need(): void {
    this.#run({ type: 'connect', again: false });
  }

  /** Connects. @throws ClientError why it has failed; `aborted`, `closed`. */
  connect(signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let left = () => {};
    const look = () => {
      const { state, error } = this.status.getSnapshot();
      if (state === 'connected') resolve();
      else if (state === 'failed')
        reject(error ?? new ClientError('connection_failed', 'The connection failed.'));
      else if (state === 'closed') reject(closedError());
      else if (state === 'idle') reject(new ClientError('aborted', 'disconnect() was called.'));
      else return;
      left();
    };
    const off = onAbort(signal, reject);
    this.#run({ type: 'connect', again: true });
    const unsubscribe = this.status.subscribe(look);
    left = () => {
      unsubscribe();
      off();
    };
    look();
    return quiet(promise.finally(left));
  }

  disconnect(): void {
    this.#run({ type: 'disconnect' });
  }

  close(): void {
    this.#run({ type: 'close' });
  }

  online(): void {
    this.#run({ type: 'online' });
  }

  wake(): void {
    this.#checkClock();
    this.#run({ type: 'wake' });
  }

  /** The device says that it has no network: is that so? */
  doubt(): void {
    this.#heartbeat.probe();
  }

  /** Asks for a token again and hands it to the server. @throws ClientError */
  refreshToken(): Promise<void> {
    if (!this.live) return quiet(Promise.reject(notConnected()));
    return quiet(this.#refresh.now());
  }

  /**
   * Sends a message and waits for its answer on this very connection.
   *
   * @throws ClientError what the server answered; `not_connected`, `connection_lost`, `timeout`; what a message that
   * cannot be sent has wrong.
   */
  request(
    message: ClientMessage,
    { urgent = false, timeout = this.#options.settings.timeout } = {},
  ): Promise<Answer> {
    if (!this.live) return quiet(Promise.reject(notConnected()));
    let outgoing: Outgoing;
    try {
      outgoing = writeMessage(this.#nextId++, message, this.#welcome?.maxMessage ?? 0);
    } catch (error) {
      return quiet(Promise.reject(error));
    }
    const answer = quiet(this.#calls.wait(outgoing.id, timeout));
    this.#batcher.add(outgoing, urgent);
    return answer;
  }

  // The machine

  #run(event: MachineEvent): void {
    const before = this.#state;
    const [state, effects] = step(before, event, this.#rules);
    this.#state = state;
    const wasLive = before.state === 'connected';
    if (wasLive && !this.live) this.#leave(state.error ?? notConnected());
    for (const effect of effects) this.#do(effect);
    if (state !== before) this.status.set(this.#status());
    if (!wasLive && this.#state === state && this.live) this.#options.onOpen();
    if (wasLive && !this.live) this.#options.onLost();
  }

  #do(effect: MachineEffect): void {
    const { clock, token, tokenTimeout } = this.#options.settings;
    switch (effect.type) {
      case 'ask-token': {
        const { attempt } = effect;
        this.#asking = new AbortController();
        void askToken(token, tokenTimeout, clock, this.#asking.signal).then(
          (given) => this.#run({ type: 'token', attempt, token: given }),
          (error: ClientError) => this.#run({ type: 'token-failed', attempt, error }),
        );
        return;
      }
      case 'open':
        this.#open(effect.attempt, effect.kind, effect.token);
        return;
      case 'drop':
        this.#asking?.abort();
        this.#release();
        return;
      case 'wait':
        this.#retryTimer?.cancel();
        this.#retryTimer = clock.after(effect.delay, () => this.#run({ type: 'retry' }));
        return;
      case 'stop-waiting':
        this.#retryTimer?.cancel();
        return;
      case 'probe':
        this.#heartbeat.probe();
        return;
      case 'tell':
        this.#options.onError(effect.error);
        return;
      case 'tell-transport':
        this.#options.onTransport(effect.kind, this.#fallbackReason(effect.kind));
        return;
    }
  }

  #fallbackReason(kind: TransportKind): ClientError | undefined {
    if (kind === 'websocket') return undefined;
    return new ClientError('websocket_blocked', 'WebSocket cannot be opened here; going on by SSE and HTTP.');
  }

  #status(): ConnectionStatus {
    const { state, kind, failures, delay, error } = this.#state;
    const active = state === 'connected' || state === 'connecting';
    return {
      state,
      transport: active ? kind : undefined,
      session: this.live ? this.#welcome?.session : undefined,
      user: this.live ? this.#welcome?.user : undefined,
      attempts: failures,
      retryAt: delay === undefined ? undefined : this.#options.settings.clock.wall() + delay,
      error,
    };
  }

  // The transport

  #open(attempt: number, kind: TransportKind, token: string | undefined): void {
    const { settings, open } = this.#options;
    this.#release();
    const listener: TransportListener = {
      alive: () => this.#heartbeat.heard(),
      message: (message) => this.#hear(attempt, message),
      fault: (error) => this.#options.onError(error),
      closed: (end) => {
        this.#transport = undefined;
        this.#end(attempt, end);
      },
    };
    this.#openTimer = settings.clock.after(settings.openTimeout, () => {
      this.#lose(
        new ClientError('connection_failed', `No welcome by ${kind} in ${settings.openTimeout} ms.`),
      );
    });
    this.#transport = open[kind]({ kind, url: settings.url, token, clock: settings.clock, listener });
  }

  #hear(attempt: number, message: ServerMessage): void {
    if (attempt !== this.#state.attempt) return;
    if (message.type === 'welcome') this.#begin(attempt, message.welcome);
    else if (message.type !== 'reply') this.#options.onMessage(message);
    else {
      // What a reply says of channels holds for the very next event, so it is not left to a promise.
      const waited = this.#calls.settle(message);
      if (!waited || message.channels) this.#options.onMessage(message);
    }
  }

  #begin(attempt: number, welcome: WelcomeMessage): void {
    if (welcome.protocol !== PROTOCOL) {
      const error = new ClientError(
        'unsupported_version',
        `The server speaks version ${welcome.protocol} of the protocol, this client ${PROTOCOL}.`,
      );
      this.#transport?.close(UNSUPPORTED_VERSION);
      this.#transport = undefined;
      this.#end(attempt, { error, reconnect: false, retryAfter: undefined });
      return;
    }
    this.#openTimer?.cancel();
    this.#known(welcome);
    this.#openedAt = this.#options.settings.clock.monotonic();
    this.#heartbeat.start(welcome.heartbeat);
    this.#refresh.start(welcome);
    this.#run({ type: 'welcome', attempt });
  }

  /** A stream that was opened anew is another session; one that was anonymous has a user once it is given a token. */
  #known(welcome: WelcomeMessage): void {
    this.#welcome = welcome;
    if (!this.live) return;
    this.status.set(this.#status());
    this.#options.onUser();
  }

  #lose(error: ClientError): void {
    this.#transport?.close();
    this.#transport = undefined;
    this.#end(this.#state.attempt, { error, reconnect: true, retryAfter: undefined });
  }

  #end(attempt: number, end: TransportEnd): void {
    if (attempt !== this.#state.attempt) return;
    this.#openTimer?.cancel();
    const stable = this.#options.settings.clock.monotonic() - this.#openedAt >= STABLE;
    this.#run({ type: 'lost', attempt, ...end, stable });
  }

  /** What belonged to a session that is gone. */
  #leave(error: ClientError): void {
    this.#heartbeat.stop();
    this.#refresh.stop();
    this.#batcher.clear();
    this.#calls.failAll(
      new ClientError('connection_lost', 'The connection was lost before the answer.', { cause: error }),
    );
  }

  #release(): void {
    this.#openTimer?.cancel();
    this.#transport?.close();
    this.#transport = undefined;
  }

  #ping(): void {
    this.#checkClock();
    void this.request({ type: 'ping' }, { urgent: true, timeout: this.#options.settings.pingTimeout }).catch(
      () => {},
    );
  }

  #checkClock(): void {
    const jump = this.#watch.jump();
    if (jump !== 0)
      this.#options.onError(
        new ClientError(
          'clock_jumped',
          `The clock went ${Math.round(jump / 1000)} s ${jump > 0 ? 'ahead' : 'back'}.`,
        ),
      );
  }

  #handlerFailed(cause: unknown): void {
    this.#options.onError(new ClientError('handler_failed', 'A listener of a store threw.', { cause }));
  }
}

/** The WebSocket close code for a version that is not spoken. */
const UNSUPPORTED_VERSION = 4505;

function notConnected(): ClientError {
  return new ClientError('not_connected', 'There is no connection.');
}

/** The error of everything after `close()`. */
export function closedError(): ClientError {
  return new ClientError('closed', 'The client was closed.');
}
