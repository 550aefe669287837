import { beforeEach, describe, expect, it } from 'vitest';
import { ClientError, type ClientErrorCode } from '../client-error.ts';
import {
  initialState,
  type MachineEffect,
  type MachineEvent,
  type MachineRules,
  type MachineState,
  step,
} from './machine.ts';

const RULES: MachineRules = {
  initial: 500,
  max: 30_000,
  random: () => 1,
  transports: ['websocket', 'sse'],
  maxAttempts: 5,
  renewable: true,
};

let rules: MachineRules;
let state: MachineState;
let effects: readonly MachineEffect[];

beforeEach(() => {
  rules = RULES;
  state = initialState(RULES);
});

function happens(event: MachineEvent): void {
  [state, effects] = step(state, event, rules);
}

const lost = (
  code: ClientErrorCode = 'connection_lost',
  over: { reconnect?: boolean; retryAfter?: number; stable?: boolean } = {},
) =>
  happens({
    type: 'lost',
    attempt: state.attempt,
    error: new ClientError(code, code),
    reconnect: true,
    retryAfter: undefined,
    stable: false,
    ...over,
  });
const given = (token?: string) => happens({ type: 'token', attempt: state.attempt, token });
const welcome = () => happens({ type: 'welcome', attempt: state.attempt });
const does = () => effects.map(({ type }) => type);

function connect(): void {
  happens({ type: 'connect', again: true });
  given('t');
  welcome();
}

it('asks for a token, opens, and is connected', () => {
  happens({ type: 'connect', again: false });
  expect(does()).toEqual(['ask-token']);
  given('t');
  expect(effects).toEqual([{ type: 'open', attempt: 2, kind: 'websocket', token: 't' }]);
  welcome();
  expect([state.state, effects]).toEqual(['connected', []]);
});

it('waits longer and longer, tells why, and gives up after so many attempts', () => {
  rules = { ...RULES, transports: ['websocket'] };
  happens({ type: 'connect', again: true });
  const delays: (number | undefined)[] = [];
  for (let attempt = 1; attempt < 5; attempt += 1) {
    given();
    lost();
    expect(state).toMatchObject({ state: 'waiting', failures: attempt });
    expect(does()).toEqual(['drop', 'wait', 'tell']);
    delays.push(state.delay);
    happens({ type: 'retry' });
  }
  expect(delays).toEqual([500, 1000, 2000, 4000]);
  given();
  lost();
  expect(state).toMatchObject({ state: 'failed', error: { code: 'attempts_exhausted' } });
  happens({ type: 'connect', again: false });
  expect(state.state).toBe('failed');
  happens({ type: 'connect', again: true });
  expect(state).toMatchObject({ state: 'connecting', failures: 0 });
});

it('obeys the time that the server gives', () => {
  connect();
  lost('draining', { retryAfter: 7000 });
  expect(state.delay).toBe(7000);
});

it('does not hurry back to a server that lets it in and throws it out', () => {
  connect();
  const delays: (number | undefined)[] = [];
  for (let n = 0; n < 3; n += 1) {
    lost('slow_consumer');
    delays.push(state.delay);
    happens({ type: 'retry' });
    given();
    welcome();
  }
  lost('slow_consumer', { stable: true });
  expect([...delays, state.delay]).toEqual([500, 1000, 2000, 500]);
});

describe('a WebSocket that cannot be opened', () => {
  it('gives way to SSE at once, which is told and remembered', () => {
    happens({ type: 'connect', again: true });
    given('t');
    lost('connection_failed');
    expect(effects).toMatchObject([{ type: 'open', kind: 'sse', token: 't' }]);
    welcome();
    expect(effects).toEqual([{ type: 'tell-transport', kind: 'sse' }]);
    lost();
    happens({ type: 'retry' });
    given('t');
    expect(effects).toMatchObject([{ type: 'open', kind: 'sse' }]);
    welcome();
    expect(effects).toEqual([]);
  });

  it('is tried again on another network', () => {
    happens({ type: 'connect', again: true });
    given();
    lost();
    welcome();
    lost();
    happens({ type: 'online' });
    given();
    expect(effects).toMatchObject([{ type: 'open', kind: 'websocket' }]);
    welcome();
    expect(effects).toEqual([{ type: 'tell-transport', kind: 'websocket' }]);
  });

  it('and worked before has its second chance first: it may be the server that is away', () => {
    connect();
    lost();
    for (let failure = 1; failure <= 2; failure += 1) {
      happens({ type: 'retry' });
      given();
      expect(effects).toMatchObject([{ type: 'open', kind: 'websocket' }]);
      lost();
      expect(state.state).toBe('waiting');
    }
    happens({ type: 'retry' });
    given();
    lost();
    expect(effects).toMatchObject([{ type: 'open', kind: 'sse' }]);
  });
});

describe('a token that has expired', () => {
  it('is replaced at once, but not again and again', () => {
    connect();
    lost('token_expired');
    expect([state.state, does()]).toEqual(['connecting', ['ask-token']]);
    given('next');
    welcome();
    lost('token_expired');
    expect(state.state).toBe('waiting');
  });

  it('and cannot be had anew is the end', () => {
    rules = { ...RULES, renewable: false };
    connect();
    lost('token_expired');
    expect(state).toMatchObject({ state: 'failed', error: { code: 'token_expired' } });
  });
});

it('stays away when it must, until connect()', () => {
  connect();
  lost('kicked', { reconnect: false });
  expect(state.state).toBe('failed');
  for (const type of ['online', 'wake', 'retry'] as const) happens({ type });
  expect(state.state).toBe('failed');
  connect();
  happens({ type: 'disconnect' });
  happens({ type: 'connect', again: false });
  expect(state.state).toBe('idle');
  connect();
  expect(state.state).toBe('connected');
});

it('comes back at once when the network does, and doubts a connection that slept', () => {
  connect();
  happens({ type: 'wake' });
  expect(does()).toEqual(['probe']);
  lost();
  happens({ type: 'online' });
  expect([state.state, does()]).toEqual(['connecting', ['stop-waiting', 'ask-token']]);
});

it('passes over what comes from an attempt that is over', () => {
  connect();
  const { attempt } = state;
  lost();
  happens({ type: 'retry' });
  const before = state;
  happens({ type: 'welcome', attempt });
  happens({ type: 'token', attempt, token: 'old' });
  happens({ type: 'token-failed', attempt, error: new ClientError('token_failed', '') });
  happens({
    type: 'lost',
    attempt,
    error: new ClientError('kicked', ''),
    reconnect: false,
    retryAfter: undefined,
    stable: true,
  });
  expect(state).toBe(before);
});

it('is closed for good', () => {
  connect();
  happens({ type: 'close' });
  connect();
  expect(state.state).toBe('closed');
  expect(effects).toEqual([]);
});
