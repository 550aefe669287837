/**
 * The life of a connection as a pure function: what happened and how it stood gives how it stands and what to do.
 *
 * It knows no transport, no timer and no promise, so that any sequence of events can be tried.
 *
 * @module
 */
import { ClientError } from '../client-error.ts';
import type { ConnectionState, TransportKind } from '../connection-status.ts';
import { type Backoff, delayOf } from './backoff.ts';

/** Where a connection stands. */
export interface MachineState {
  readonly state: ConnectionState;
  /** Counts what was begun: a token asked for, a transport opened. Reports of anything earlier are passed over. */
  readonly attempt: number;
  /** What is tried, or is open. */
  readonly kind: TransportKind;
  /** The token that transports are opened with. */
  readonly token: string | undefined;
  /** Attempts in a row that have failed. */
  readonly failures: number;
  /** Which delay is next; falls back to 0 once a connection has held for a while. */
  readonly level: number;
  /** A WebSocket was open on this network. */
  readonly websocketWorked: boolean;
  /** A WebSocket could not be opened where another transport could. */
  readonly websocketBlocked: boolean;
  /** What was open last, or is preferred. */
  readonly opened: TransportKind;
  /** The last end was that of the token, so the next one of that kind is no reason to hurry. */
  readonly tokenExpired: boolean;
  readonly error: ClientError | undefined;
  /** Of the wait under way, milliseconds. */
  readonly delay: number | undefined;
}

/** What happened. */
export type MachineEvent =
  /** Somebody wants a connection. `again`: even after it has failed or was left. */
  | { readonly type: 'connect'; readonly again: boolean }
  | { readonly type: 'disconnect' }
  | { readonly type: 'close' }
  | { readonly type: 'token'; readonly attempt: number; readonly token: string | undefined }
  | { readonly type: 'token-failed'; readonly attempt: number; readonly error: ClientError }
  | { readonly type: 'welcome'; readonly attempt: number }
  | {
      readonly type: 'lost';
      readonly attempt: number;
      readonly error: ClientError;
      readonly reconnect: boolean;
      readonly retryAfter: number | undefined;
      /** The connection had held for a while. */
      readonly stable: boolean;
    }
  /** The wait is over. */
  | { readonly type: 'retry' }
  /** The network is back, or the application is in front again. */
  | { readonly type: 'online' }
  | { readonly type: 'wake' };

/** What to do. */
export type MachineEffect =
  /** Ask for a token, and report `token` or `token-failed`. */
  | { readonly type: 'ask-token'; readonly attempt: number }
  /** Open a transport, and report `welcome`, and `lost` at its end. */
  | {
      readonly type: 'open';
      readonly attempt: number;
      readonly kind: TransportKind;
      readonly token: string | undefined;
    }
  /** Let go of the token asked for, or the transport there is. */
  | { readonly type: 'drop' }
  /** Report `retry` after so many milliseconds. */
  | { readonly type: 'wait'; readonly delay: number }
  | { readonly type: 'stop-waiting' }
  /** Find out whether the connection still stands. */
  | { readonly type: 'probe' }
  | { readonly type: 'tell'; readonly error: ClientError }
  /** Another transport than before is open. */
  | { readonly type: 'tell-transport'; readonly kind: TransportKind };

/** What the machine needs to decide. */
export interface MachineRules extends Backoff {
  /** In order of preference; at least one. */
  readonly transports: readonly TransportKind[];
  /** Attempts in a row that may fail. */
  readonly maxAttempts: number;
  /** Another token may be had by asking again. */
  readonly renewable: boolean;
}

/** How a step ends. */
export type Step = readonly [MachineState, readonly MachineEffect[]];

/** A WebSocket that used to work may fail so often, before another transport is tried. */
const PATIENCE_WITH_WEBSOCKET = 2;

/** How it stands before anything has happened. */
export function initialState({ transports }: Pick<MachineRules, 'transports'>): MachineState {
  return {
    state: 'idle',
    attempt: 0,
    kind: transports[0] ?? 'websocket',
    token: undefined,
    failures: 0,
    level: 0,
    websocketWorked: false,
    websocketBlocked: false,
    opened: transports[0] ?? 'websocket',
    tokenExpired: false,
    error: undefined,
    delay: undefined,
  };
}

/** Takes one step. */
export function step(now: MachineState, event: MachineEvent, rules: MachineRules): Step {
  if (now.state === 'closed') return [now, []];
  switch (event.type) {
    case 'connect':
      return connect(now, event.again, rules);
    case 'disconnect':
      return [
        { ...now, state: 'idle', attempt: now.attempt + 1, error: undefined, delay: undefined },
        RELEASE,
      ];
    case 'close':
      return [{ ...now, state: 'closed', attempt: now.attempt + 1, delay: undefined }, RELEASE];
    case 'token':
      if (now.state !== 'connecting' || event.attempt !== now.attempt) return [now, []];
      return open({ ...now, token: event.token }, firstKind(now, rules));
    case 'token-failed':
      if (now.state !== 'connecting' || event.attempt !== now.attempt) return [now, []];
      return failed(now, { ...event, reconnect: true, retryAfter: undefined }, rules);
    case 'welcome':
      return event.attempt === now.attempt && now.state === 'connecting' ? welcome(now, rules) : [now, []];
    case 'lost':
      return event.attempt === now.attempt ? lost(now, event, rules) : [now, []];
    case 'retry':
      return now.state === 'waiting' ? begin(now) : [now, []];
    case 'online':
      // Another network may let WebSockets through.
      return wake({ ...now, websocketBlocked: false, websocketWorked: false });
    case 'wake':
      return wake(now);
  }
}

const RELEASE: readonly MachineEffect[] = [{ type: 'drop' }, { type: 'stop-waiting' }];

function connect(now: MachineState, again: boolean, _rules: MachineRules): Step {
  const stopped = now.state === 'idle' || now.state === 'failed';
  if (stopped && (again || now.attempt === 0))
    return begin({ ...now, failures: 0, level: 0, tokenExpired: false });
  return now.state === 'waiting' && again ? wake(now) : [now, []];
}

function wake(now: MachineState): Step {
  if (now.state === 'connected') return [now, [{ type: 'probe' }]];
  if (now.state !== 'waiting') return [now, []];
  const [next, effects] = begin(now);
  return [next, [{ type: 'stop-waiting' }, ...effects]];
}

/** Begins an attempt with a token. */
function begin(now: MachineState): Step {
  const attempt = now.attempt + 1;
  return [{ ...now, state: 'connecting', attempt, delay: undefined }, [{ type: 'ask-token', attempt }]];
}

function open(now: MachineState, kind: TransportKind): Step {
  const attempt = now.attempt + 1;
  return [{ ...now, attempt, kind }, [{ type: 'open', attempt, kind, token: now.token }]];
}

function welcome(now: MachineState, rules: MachineRules): Step {
  const websocket = now.kind === 'websocket';
  const blocked = !websocket && rules.transports[0] === 'websocket';
  return [
    {
      ...now,
      state: 'connected',
      failures: 0,
      websocketWorked: now.websocketWorked || websocket,
      websocketBlocked: blocked,
      opened: now.kind,
      error: undefined,
    },
    now.kind === now.opened ? [] : [{ type: 'tell-transport', kind: now.kind }],
  ];
}

function lost(now: MachineState, event: Extract<MachineEvent, { type: 'lost' }>, rules: MachineRules): Step {
  if (now.state === 'connected') {
    const level = event.stable ? 0 : now.level;
    const expired = event.error.code === 'token_expired';
    if (expired && !rules.renewable) return stop(now, event.error);
    // A token that has run out is no fault: the next one is asked for at once, unless that is all that ever happens.
    if (expired && !(now.tokenExpired && !event.stable))
      return begin({ ...now, level, tokenExpired: true, error: event.error });
    if (!event.reconnect) return stop(now, event.error);
    return pause({ ...now, level, tokenExpired: expired }, event.error, event.retryAfter, rules);
  }
  if (now.state !== 'connecting') return [now, []];
  const next = nextKind(now, rules);
  if (next && event.reconnect) return open({ ...now, error: event.error }, next);
  return failed(now, event, rules);
}

/** The transport to begin with. */
function firstKind(now: MachineState, { transports }: MachineRules): TransportKind {
  const usable = now.websocketBlocked ? transports.filter((kind) => kind !== 'websocket') : transports;
  return usable[0] ?? now.kind;
}

/** What to try at once when the transport cannot be opened. */
function nextKind(now: MachineState, { transports }: MachineRules): TransportKind | undefined {
  // It used to work here, so it is the server that is away.
  if (now.websocketWorked && now.failures < PATIENCE_WITH_WEBSOCKET) return undefined;
  return transports[transports.indexOf(now.kind) + 1];
}

/** An attempt has failed with all transports. */
function failed(
  now: MachineState,
  event: {
    readonly error: ClientError;
    readonly reconnect: boolean;
    readonly retryAfter: number | undefined;
  },
  rules: MachineRules,
): Step {
  const expired = event.error.code === 'token_expired';
  if (!event.reconnect || (expired && !rules.renewable)) return stop(now, event.error);
  const failures = now.failures + 1;
  // What is blocked is looked at again: it may have been the server that was away.
  const next = { ...now, failures, websocketBlocked: false };
  if (failures < rules.maxAttempts) return pause(next, event.error, event.retryAfter, rules);
  const { error } = event;
  return stop(
    next,
    new ClientError('attempts_exhausted', `No connection after ${failures} attempts: ${error.message}`, {
      cause: error,
    }),
  );
}

function pause(
  now: MachineState,
  error: ClientError,
  retryAfter: number | undefined,
  rules: MachineRules,
): Step {
  const delay = retryAfter ?? delayOf(now.level, rules);
  return [
    { ...now, state: 'waiting', level: now.level + 1, error, delay },
    // Told last: whoever hears it may close the client.
    [{ type: 'drop' }, { type: 'wait', delay }, { type: 'tell', error }],
  ];
}

function stop(now: MachineState, error: ClientError): Step {
  return [
    { ...now, state: 'failed', attempt: now.attempt + 1, error, delay: undefined },
    [{ type: 'drop' }, { type: 'tell', error }],
  ];
}
