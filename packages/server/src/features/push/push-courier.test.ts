import { expect, test } from 'vitest';
import { ManualClock } from '../../core/testing/manual-clock.ts';
import { PushCourier } from './push-courier.ts';

test('what was read is taken back from every push service but Apple’s, in as many messages as it takes', async () => {
  const sent: string[] = [];
  const ids = Array.from({ length: 120 }, (_, n) => `n${n}`);
  const device = (id: string, host: string) => ({
    id,
    endpoint: `https://${host}/1`,
    keys: { p256dh: '', auth: '' },
  });
  const closed: number[] = [];
  // Nobody else's push service can be called by a test.
  const courier = new PushCourier({
    clock: new ManualClock(),
    devices: {
      of: async () => [
        device('a', 'web.push.apple.com'),
        device('b', 'fcm.googleapis.com'),
        device('c', 'x.org'),
      ],
      forget: async () => {},
    },
    service: {
      async send({ endpoint }, { topic, ttl }) {
        sent.push(`${new URL(endpoint).host} ${topic} ${ttl}`);
        return { kind: 'taken' };
      },
    },
    told: {
      begin: async () => ({ token: '', attempts: new Map() }),
      record: async () => {},
      shownOn: async () =>
        new Map([
          ['a', ids],
          ['b', ids],
        ]),
      closed: async (_device, batch) => void closed.push(batch.length),
    },
  });
  await courier.retract('alice', ids);
  expect(sent).toEqual(Array(3).fill('fcm.googleapis.com undefined 604800'));
  expect(closed).toEqual([50, 50, 20]);
});

test('when its time is over it begins nothing more, and says what is left to do', async () => {
  const over = new AbortController();
  const sent: string[] = [];
  const recorded: string[] = [];
  const courier = new PushCourier({
    clock: new ManualClock(),
    devices: {
      of: async () =>
        Array.from({ length: 120 }, (_, n) => ({
          id: `d${n}`,
          endpoint: `https://fcm.googleapis.com/${n}`,
          keys: { p256dh: '', auth: '' },
        })),
      forget: async () => {},
    },
    service: {
      async send({ endpoint }) {
        sent.push(endpoint);
        over.abort();
        return endpoint.endsWith('/7') ? { kind: 'too-large' } : { kind: 'taken' };
      },
    },
    told: {
      begin: async () => ({ token: '', attempts: new Map() }),
      record: async (_delivery, done) => void recorded.push(...done.map(({ device }) => device)),
      shownOn: async () => new Map(),
      closed: async () => {},
    },
  });
  const letter = {
    id: 'n1',
    user: 'alice',
    category: 'a',
    level: 'info',
    title: 'A',
    body: '',
    data: {},
    at: 0,
  };
  const options = { deliveryId: 'n1.push', digest: false, signal: over.signal };
  const contact = { user: 'alice', language: 'en', timezone: 'UTC' } as const;
  expect(await courier.deliver(contact, [letter], options)).toMatchObject({
    status: 'retry',
    detail: '49 devices told, 71 devices not now (out of time)',
  });
  expect([sent.length, recorded.length]).toEqual([50, 50]);
});
