/**
 * Whatever happens to the network, the token and the page: every publish is acknowledged once or reported failed, and
 * every event is heard once and in order, or told as a gap.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ClientError } from './client-error.ts';
import { clientOf } from './client-of.ts';
import type { LifecycleListener } from './lifecycle.ts';
import { ManualClock, settle } from './testing/manual-clock.ts';
import { MemoryServer } from './testing/memory-server.ts';

/** What can happen, and how often. */
const STEPS = fc.oneof(
  { weight: 5, arbitrary: fc.constant('publish' as const) },
  { weight: 2, arbitrary: fc.constant('command' as const) },
  { weight: 5, arbitrary: fc.constant('event' as const) },
  { weight: 3, arbitrary: fc.constant('cut' as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'half-open',
      'away',
      'back',
      'expire',
      'refresh',
      'hide',
      'wake',
      'offline',
      'online',
      'connect',
      'disconnect',
      'drain',
      'block-websocket',
      'unblock',
      'rate-limit',
      'storage-fails',
      'storage-works',
      'forget',
      'kick',
      'garbage',
      'clock-jump',
      'token-throws',
      'token-hangs',
      'token-works',
      'reject',
      'lose',
      'echo',
    ),
  },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 60_000 }) },
);
type Step = typeof STEPS extends fc.Arbitrary<infer T> ? T : never;

async function run(steps: readonly Step[]) {
  const clock = new ManualClock();
  const server = new MemoryServer(clock);
  let tokens = 0;
  let tokenSource: 'works' | 'throws' | 'hangs' = 'works';
  let device: LifecycleListener | undefined;
  const errors: ClientError[] = [];
  const client = clientOf(
    {
      url: 'http://server.example',
      token: () => {
        if (tokenSource === 'throws') throw new Error('no token');
        if (tokenSource === 'hangs') return new Promise<string>(() => {});
        return `token-${++tokens}`;
      },
      clock,
      random: () => 0.5,
      lifecycle: {
        watch(listener) {
          device = listener;
          return () => {};
        },
      },
    },
    { websocket: server.transport('websocket'), sse: server.transport('sse') },
  );
  client.on('error', (error) => errors.push(error));
  const undelivered: string[] = [];
  client.on('undelivered', ({ entry }) => undelivered.push(entry.key));
  const heard: string[] = [];
  const channel = client.channel('room:1');
  channel.onAny((_, { id }) => heard.push(id));
  channel.onGap(({ since, position }) => heard.push(`gap ${since} ${position}`));

  const outcomes = new Map<string, 'pending' | 'acknowledged' | 'failed'>();
  const watch = (key: string, promise: Promise<unknown>) => {
    outcomes.set(key, 'pending');
    promise.then(
      () => outcomes.set(key, outcomes.get(key) === 'pending' ? 'acknowledged' : 'failed'),
      () => outcomes.set(key, 'failed'),
    );
  };
  const all: string[] = [];
  const note = () => all.push(...server.events('room:1').map(({ id }) => id));

  const actions: Record<Exclude<Step, number>, () => void> = {
    publish() {
      const key = `p${outcomes.size}`;
      watch(key, channel.publish('said', key, { key }));
    },
    command() {
      const key = `c${outcomes.size}`;
      watch(key, client.command('do', { key }, { key }));
    },
    lose() {
      server.losing = true;
      server.publish('room:1', 'lost', outcomes.size);
      server.losing = false;
    },
    echo() {
      const last = server.events('room:1').at(-1);
      if (last) for (const line of server.lines) if (line.channels.has('room:1')) line.say(last);
    },
    event: () => void server.publish('room:1', 'told', outcomes.size),
    cut: () => server.cut(),
    'half-open': () => server.halfOpen(),
    away() {
      server.away = true;
      server.cut();
    },
    back() {
      server.away = false;
    },
    expire() {
      for (let n = 0; n <= tokens; n += 1) server.expired.add(`token-${n}`);
      server.cut('token_expired');
    },
    refresh: () => void client.refreshToken(),
    hide: () => device?.hide(),
    wake: () => device?.wake(),
    offline: () => device?.offline(),
    online: () => device?.online(),
    connect: () => void client.connect(),
    disconnect: () => client.disconnect(),
    drain: () => server.cut('draining', true, 3000),
    'block-websocket'() {
      server.blocked.add('websocket');
      server.cut();
    },
    unblock: () => server.blocked.clear(),
    'rate-limit'() {
      server.refusal = 'rate_limited';
    },
    'storage-fails'() {
      server.refusal = 'storage_unavailable';
    },
    'storage-works'() {
      server.refusal = undefined;
    },
    reject() {
      server.refusal = 'forbidden';
    },
    forget() {
      note();
      server.forget('room:1');
      server.cut();
    },
    kick: () => server.cut('kicked', false),
    garbage: () => server.say({ type: 'event', channel: 'room:1', offset: 'NaN' }),
    'clock-jump': () => clock.jump(7_200_000 * (outcomes.size % 2 ? 1 : -1)),
    'token-throws'() {
      tokenSource = 'throws';
    },
    'token-hangs'() {
      tokenSource = 'hangs';
    },
    'token-works'() {
      tokenSource = 'works';
    },
  };
  for (const step of steps) {
    if (typeof step === 'number') await clock.advance(step);
    else actions[step]();
    await settle();
  }
  // Everything is well again.
  server.away = false;
  server.refusal = undefined;
  server.blocked.clear();
  tokenSource = 'works';
  await clock.advance(20_000);
  void client.connect();
  await clock.advance(200_000);
  // What was lost on the way shows with the next event.
  server.publish('room:1', 'last', 0);
  await clock.advance(10_000);
  note();
  const state = client.status.getSnapshot().state;
  const pending = client.pending.getSnapshot().entries.length;
  await client.close();
  return {
    server,
    outcomes,
    undelivered,
    heard,
    all: [...new Set(all)],
    errors,
    state,
    pending,
    timers: clock.timers,
  };
}

it('acknowledges every publish once or says that it failed, and hears every event once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEPS, { maxLength: 40 }), async (steps) => {
      const { server, outcomes, undelivered, heard, all, state, pending, errors } = await run(steps);
      expect(state).toBe('connected');
      expect(pending).toBe(0);
      for (const [key, outcome] of outcomes) {
        expect([key, outcome]).not.toEqual([key, 'pending']);
        expect(server.effects.get(key) ?? 0).toBeLessThanOrEqual(1);
        if (outcome === 'acknowledged') expect(server.effects.get(key)).toBe(1);
        else expect(undelivered).toContain(key);
      }
      for (const { code } of errors) expect(typeof code).toBe('string');

      const events = heard.filter((entry) => !entry.startsWith('gap'));
      expect(new Set(events).size).toBe(events.length);
      const places = events.map((id) => all.indexOf(id));
      expect(places).toEqual([...places].sort((a, b) => a - b));
      // A gap is told only of a past that is gone.
      for (const entry of heard.filter((told) => told.startsWith('gap'))) {
        const [, since = '', position = ''] = entry.split(' ');
        expect(since.split(':')[0]).not.toBe(position.split(':')[0]);
      }
      // What was not heard lies before the first event, or in a gap that was told.
      const gaps = heard.some((entry) => entry.startsWith('gap'));
      const first = places[0] ?? all.length;
      if (!gaps) expect(places).toEqual(all.slice(first).map((_, n) => first + n));
    }),
    { numRuns: 1500, endOnFailure: false },
  );
}, 120_000);
