import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { someone } from '../packages/server/src/core/testing/test-core.ts';
import type { Outcome } from '../packages/server/src/features/delivery/index.ts';
import { sql } from '../packages/server/src/kit.ts';
import { startPostgres, type TestPostgres } from '../packages/server/src/storage/testing/postgres.ts';
import { DAY, HOUR, MINUTE, SECOND, startInbox } from './support/start-inbox.ts';

let postgres: TestPostgres;
beforeAll(() => {
  postgres = startPostgres();
});
afterAll(() => postgres?.stop());

/** A session of Alice's that follows her channel. */
async function openPage({ core }: Awaited<ReturnType<typeof startInbox>>) {
  const client = core.connect({ identity: someone('alice') });
  client.say({ type: 'subscribe', channels: ['user:alice'] });
  await expect.poll(() => client.session.subscriptions.has('user:alice')).toBe(true);
  return client;
}

describe.each(['SQLite', 'PostgreSQL'])('on %s, a notification', (kind) => {
  const start = (options: Parameters<typeof startInbox>[0] = {}) =>
    startInbox({ postgres: kind === 'PostgreSQL' ? postgres.url : undefined, ...options });

  it('that stays unseen is pushed, then mailed, each once', async () => {
    const { tell, pass, push, email, delivered, errors } = await start();
    const id = await tell('alice', { url: '/a', data: { order: 7 }, level: 'warning' });
    await pass(9 * SECOND);
    expect(push.told).toEqual([]);
    await pass(SECOND);
    expect(push.told).toEqual([[id]]);
    expect(push.errands[0]).toMatchObject({
      contact: { user: 'alice', language: 'en', timezone: 'UTC' },
      letters: [
        {
          id,
          user: 'alice',
          title: 'Hello',
          url: '/a',
          data: { order: 7 },
          level: 'warning',
          category: 'general',
        },
      ],
      options: { deliveryId: `${id}.push`, digest: false },
    });
    await pass(9 * MINUTE + 49 * SECOND);
    expect(email.told).toEqual([]);
    await pass(SECOND);
    expect(email.told).toEqual([[id]]);
    await pass(DAY);
    expect(push.told).toHaveLength(1);
    expect(email.told).toHaveLength(1);
    const { state, log } = await delivered(id, 'email');
    expect([state, ...log.map(({ step }) => step)]).toEqual(['delivered', 'attempt', 'delivered']);
    expect(errors).toEqual([]);
  });

  it('that was seen goes nowhere', async () => {
    const { tell, pass, push, email, inbox, delivered } = await start();
    const [seen, read, archived] = [await tell('alice'), await tell('alice'), await tell('alice')];
    await inbox.mark('alice', 'seen', { ids: [seen] });
    await inbox.mark('alice', 'read', { ids: [read] });
    await inbox.mark('alice', 'archive', { ids: [archived] });
    await pass(DAY);
    expect([push.told, email.told]).toEqual([[], []]);
    for (const id of [seen, read, archived])
      expect(await delivered(id, 'push')).toMatchObject({ state: 'cancelled', log: [{ step: 'cancelled' }] });
  });

  it('that is seen after the push is not mailed; that is read is taken back from the devices', async () => {
    const { tell, pass, push, email, inbox, delivered } = await start();
    const ids = [await tell('alice'), await tell('alice'), await tell('alice')];
    await pass(10 * SECOND);
    await inbox.mark('alice', 'seen', { ids: [ids[0] as string] });
    await pass(SECOND);
    expect(push.retracted).toEqual([]);
    await inbox.mark('alice', 'read', { all: true });
    await pass(SECOND);
    expect(push.retracted).toEqual([ids]);
    await pass(DAY);
    expect(email.told).toEqual([]);
    expect(await delivered(ids[0] as string, 'push')).toMatchObject({ state: 'retracted' });
  });

  it('that is read while it is on its way is taken back at once', async () => {
    const { tell, pass, push, inbox } = await start();
    const id = await tell('alice');
    push.answers.push(async () => {
      await inbox.mark('alice', 'read', { ids: [id] });
      return { status: 'delivered', detail: '1 device' };
    });
    await pass(10 * SECOND);
    expect(push.retracted).toEqual([[id]]);
  });

  it('that is read while its delivery is being written down is taken back too', async () => {
    const { tell, pass, push, inbox, delivered } = await start();
    const id = await tell('alice');
    let looks = 0;
    const find = inbox.find.bind(inbox);
    inbox.find = async (ids, db) => {
      const found = await find(ids, db);
      if (db) return found;
      looks += 1;
      // The first look is before the courier is asked.
      if (looks === 2) await inbox.mark('alice', 'read', { ids: [id] });
      return found;
    };
    await pass(10 * SECOND);
    expect(push.told).toEqual([[id]]);
    expect(push.retracted).toEqual([[id]]);
    expect(await delivered(id, 'push')).toMatchObject({ state: 'retracted' });
  });

  it('is pushed later to who has the app before them, and not held twice', async () => {
    const running = await start();
    const { tell, pass, push, delivered } = running;
    const client = await openPage(running);
    const id = await tell('alice');
    await pass(19 * SECOND);
    expect(push.told).toEqual([]);
    await pass(SECOND);
    expect(push.told).toEqual([[id]]);
    expect((await delivered(id, 'push')).log.map(({ step }) => step)).toEqual([
      'held',
      'attempt',
      'delivered',
    ]);
    client.say({ type: 'visibility', data: { hidden: true }, id: 1 });
    const hidden = await tell('alice');
    await pass(10 * SECOND);
    expect(push.told).toEqual([[id], [hidden]]);
    client.say({ type: 'visibility', data: { hidden: false }, id: 2 });
    client.say({ type: 'unsubscribe', channels: ['user:alice'], id: 3 });
    const deaf = await tell('alice');
    await pass(10 * SECOND);
    expect(push.told.at(-1)).toEqual([deaf]);
  });

  it('is tried again with a wait that grows, and no sooner than the service says; then it is dead and can be sent again', async () => {
    const { tell, pass, push, email, delivered, delivery, inbox } = await start();
    await inbox.setPreferences('alice', { categories: { general: { email: false } } });
    const id = await tell('alice');
    const retry = { status: 'retry', detail: '503' } as const;
    push.answers.push(retry, { ...retry, after: HOUR }, retry, retry);
    await pass(10 * SECOND);
    await pass(3 * SECOND);
    expect(push.told).toHaveLength(1);
    await pass(4 * SECOND);
    expect(push.told).toHaveLength(2);
    await pass(HOUR - SECOND);
    expect(push.told).toHaveLength(2);
    await pass(SECOND);
    expect(push.told).toHaveLength(3);
    await pass(MINUTE);
    await pass(DAY);
    expect(push.told).toHaveLength(4);
    expect(await delivered(id, 'push')).toMatchObject({
      state: 'dead',
      attempts: 4,
      detail: '503 (after 4 attempts)',
    });
    expect(await delivery.depth()).toEqual({ waiting: 0, dead: 1 });
    const identities = push.errands.map(({ options }) => options.deliveryId);
    expect(identities).toEqual(Array(4).fill(`${id}.push`));

    expect(await delivery.resend(`${id}.push`)).toMatchObject({ state: 'waiting', attempts: 0 });
    await pass(0);
    expect(push.errands.at(-1)?.options.deliveryId).toBe(`${id}.push.1`);
    expect(await delivered(id, 'push')).toMatchObject({ state: 'delivered' });
    expect(email.told).toEqual([]);
  });

  it('goes to the next courier at once when the user has no device, or is refused for good', async () => {
    const { tell, pass, push, email, delivered } = await start();
    push.answers.push({ status: 'unreachable', detail: 'no device' });
    const first = await tell('alice');
    await pass(10 * SECOND);
    expect(email.told).toEqual([[first]]);
    push.answers.push({ status: 'refused', detail: 'gone' });
    const second = await tell('alice');
    await pass(10 * SECOND);
    expect(email.told).toEqual([[first], [second]]);
    expect(await delivered(first, 'push')).toMatchObject({ state: 'unreachable' });
    expect(await delivered(second, 'push')).toMatchObject({ state: 'dead', detail: 'gone' });
  });

  it('is mailed in time when the push cannot be made', async () => {
    const { tell, pass, push, email, contacts } = await start({ attempts: 100 });
    await contacts.set('alice', { email: 'alice@example.com' });
    const id = await tell('alice');
    push.answers.push(...Array(100).fill({ status: 'retry', detail: '503' }));
    for (let minute = 0; minute < 10; minute += 1) await pass(MINUTE);
    expect(email.told).toEqual([[id]]);
    const asked = push.told.length;
    await pass(DAY);
    expect(push.told).toHaveLength(asked);
  });

  it('that was pushed late is not mailed in the same breath', async () => {
    const { tell, pass, push, email } = await start();
    const id = await tell('alice');
    // The server was down.
    await pass(HOUR);
    expect(push.told).toEqual([[id]]);
    await pass(9 * MINUTE + 49 * SECOND);
    expect(email.told).toEqual([]);
    await pass(SECOND);
    expect(email.told).toEqual([[id]]);
  });

  it('that is sent again by hand goes at once, to who has the app before them, wants a digest and has seen it', async () => {
    const running = await start();
    const { tell, pass, push, email, inbox, delivery } = running;
    await inbox.setPreferences('alice', { digest: 'daily' });
    const id = await tell('alice');
    await pass(10 * SECOND);
    await pass(10 * MINUTE);
    expect(email.told).toEqual([]);
    await openPage(running);
    await inbox.mark('alice', 'seen', { ids: [id] });
    await delivery.resend(`${id}.push`);
    await delivery.resend(`${id}.email`);
    await pass(0);
    expect(push.told).toEqual([[id], [id]]);
    expect(email.errands.map(({ options }) => options)).toEqual([
      { deliveryId: `${id}.email.1`, digest: false },
    ]);
    await pass(DAY);
    expect(email.told).toHaveLength(1);
  });

  it('waits for the end of the quiet hours of its reader', async () => {
    const { tell, pass, push, core, inbox, contacts, delivered } = await start();
    await contacts.set('alice', { timezone: 'Europe/Istanbul' });
    await inbox.setPreferences('alice', { quietHours: { from: '22:00', to: '07:30' } });
    core.clock.set(Date.UTC(2026, 0, 10, 20, 0)); // 23:00 in Istanbul
    const id = await tell('alice');
    await pass(MINUTE);
    expect(await delivered(id, 'push')).toMatchObject({
      state: 'waiting',
      due: Date.UTC(2026, 0, 11, 4, 30),
    });
    await pass(8 * HOUR + 28 * MINUTE);
    expect(push.told).toEqual([]);
    await pass(MINUTE);
    expect(push.told).toEqual([[id]]);
  });

  it('of a reader whose time zone this machine does not know holds up nobody’s', async () => {
    const { tell, pass, push, inbox, contacts, db, errors } = await start();
    for (const user of ['alice', 'bob']) {
      await contacts.set(user, { timezone: 'Europe/Istanbul' });
      await inbox.setPreferences(user, { quietHours: { from: '12:00', to: '12:01' } });
    }
    await sql`update contacts set timezone = 'Mars/Olympus' where "user" = 'alice'`.execute(db);
    const ids = [await tell('alice'), await tell('bob')];
    await pass(10 * SECOND);
    expect(errors).toEqual([]);
    expect(push.told.flat().toSorted()).toEqual(ids.toSorted());
  });

  it('is gathered into one mail a day at the hour of its reader', async () => {
    const { tell, pass, email, core, inbox, contacts } = await start();
    await contacts.set('alice', { timezone: 'Europe/Istanbul' });
    await inbox.setPreferences('alice', { digest: 'daily', digestHour: 9 });
    core.clock.set(Date.UTC(2026, 0, 10, 12, 0));
    const ids = [await tell('alice'), await tell('alice'), await tell('alice')];
    const seen = await tell('alice');
    const bob = await tell('bob');
    await pass(10 * SECOND);
    await pass(10 * MINUTE);
    expect(email.told).toEqual([[bob]]);
    await inbox.mark('alice', 'seen', { ids: [seen] });
    core.clock.set(Date.UTC(2026, 0, 11, 5, 59, 58)); // 08:59:58 in Istanbul
    await pass(SECOND);
    expect(email.told).toHaveLength(1);
    email.answers.push({ status: 'retry', after: DAY, detail: '451' });
    await pass(SECOND);
    expect(email.told.slice(1)).toEqual([ids]);
    // What came in between goes out with the next one, and does not change this one that is tried again.
    const late = await tell('alice');
    await pass(10 * SECOND);
    await pass(10 * MINUTE);
    await pass(DAY);
    expect(email.told.slice(2).toSorted()).toEqual([ids, [late]]);
    expect(email.errands.slice(1).map(({ options }) => options)).toEqual([
      { deliveryId: `${ids[0]}.digest`, digest: true },
      ...email.told.slice(2).map(([first]) => ({ deliveryId: `${first}.digest`, digest: true })),
    ]);
  });

  it('that has expired is not brought any more, and is swept', async () => {
    const { tell, pass, push, core, inbox, delivered } = await start();
    const id = await tell('alice', { expiresAt: core.clock.now() + 5 * SECOND });
    expect((await inbox.list('alice', {})).unread).toBe(1);
    await pass(5 * SECOND);
    expect(await inbox.list('alice', {})).toEqual({ notifications: [], unread: 0, unseen: 0 });
    await pass(MINUTE);
    core.clock.advance(MINUTE);
    await expect.poll(() => inbox.find([id])).toEqual(new Map());
    expect(push.told).toEqual([]);
    expect(await delivered(id, 'push')).toMatchObject({ state: 'cancelled' });
  });

  it('goes only where its reader wants it, as they want it when its time comes', async () => {
    const { tell, pass, push, email, inbox, delivery, delivered, core } = await start();
    const told: string[] = [];
    core.hub.observe({
      published: ({ event, data }) =>
        void (event === 'notification' && told.push((data as { id: string }).id)),
    });
    await inbox.setPreferences('alice', {
      categories: { quiet: { inApp: false, push: false, email: false }, outside: { inApp: false } },
    });
    await tell('alice', { category: 'quiet' });
    expect(await delivery.list({ limit: 10 })).toEqual([]);
    const outside = await tell('alice', { category: 'outside' });
    await pass(0);
    expect(push.told).toEqual([[outside]]);
    expect((await inbox.list('alice', {})).notifications).toEqual([]);
    const id = await tell('alice');
    await expect.poll(() => told).toEqual([id]);
    await inbox.setWay('alice', 'general', 'push', false);
    await pass(10 * SECOND);
    expect(await delivered(id, 'push')).toMatchObject({ state: 'skipped' });
    await inbox.setWay('alice', 'general', 'email', false);
    await pass(10 * MINUTE);
    expect(email.told).toEqual([[outside]]);
    // Sending again by hand is no way around it.
    await delivery.resend(`${id}.email`);
    await pass(0);
    expect(email.told).toEqual([[outside]]);
  });

  it('is brought once by two servers that share the queue', async () => {
    const one = await start();
    const two = await startInbox({ beside: one });
    const ids = (
      await one.inbox.notify(
        Array.from({ length: 300 }, (_, n) => `user${n}`),
        { texts: { en: { title: 'Hello', body: '' } } },
      )
    ).map(({ id }) => id);
    one.core.clock.advance(10 * SECOND);
    await Promise.all([one.delivery.idle(), two.delivery.idle()]);
    const told = [...one.push.told, ...two.push.told].flat();
    expect(told.toSorted()).toEqual(ids.toSorted());
    expect([...one.errors, ...two.errors]).toEqual([]);
  });

  it('is taken over when whoever had it is gone, under the same identity, and what that one says later counts no more', async () => {
    const gone = await start();
    const heir = await startInbox({ beside: gone });
    const id = await gone.tell('alice');
    const { promise: late, resolve } = Promise.withResolvers<Outcome>();
    gone.push.answers.push(() => late);
    gone.core.clock.set(gone.core.clock.now() + 10 * SECOND);
    gone.delivery.start();
    await expect.poll(() => gone.push.told).toEqual([[id]]);
    await heir.pass(59 * SECOND);
    expect(heir.push.told).toEqual([]);
    await heir.pass(SECOND);
    expect(heir.push.errands.map(({ options }) => options.deliveryId)).toEqual([`${id}.push`]);
    resolve({ status: 'refused', detail: 'too late' });
    await gone.delivery.idle();
    expect(await heir.delivered(id, 'push')).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  it('is dead when those who have it go again and again', async () => {
    const gone = await start({ attempts: 1 });
    const heir = await startInbox({ beside: gone, attempts: 1 });
    const id = await gone.tell('alice');
    const { promise: late, resolve } = Promise.withResolvers<Outcome>();
    gone.push.answers.push(() => late);
    gone.core.clock.set(gone.core.clock.now() + 10 * SECOND);
    gone.delivery.start();
    await expect.poll(() => gone.push.told).toEqual([[id]]);
    await heir.pass(MINUTE);
    expect(heir.push.told).toEqual([]);
    expect(await heir.delivered(id, 'push')).toMatchObject({ state: 'dead' });
    resolve({ status: 'delivered', detail: 'too late' });
    await gone.delivery.idle();
  });

  it('whose courier ends when it is told that its time is over is not sent beside it, and what it says counts', async () => {
    const { tell, push, core, delivery, delivered } = await start();
    const id = await tell('alice');
    const { promise: late, resolve } = Promise.withResolvers<Outcome>();
    push.answers.push(() => late);
    core.clock.set(core.clock.now() + 10 * SECOND);
    delivery.start();
    await expect.poll(() => push.told).toEqual([[id]]);
    const signal = push.errands[0]?.signal;
    expect(signal?.aborted).toBe(false);
    core.clock.advance(30 * SECOND);
    expect(signal?.aborted).toBe(true);
    core.clock.advance(14 * SECOND);
    resolve({ status: 'delivered', detail: '2 devices' });
    await delivery.idle();
    expect(push.told).toEqual([[id]]);
    expect(await delivered(id, 'push')).toMatchObject({
      state: 'delivered',
      attempts: 1,
      detail: '2 devices',
    });
  });

  it('whose courier is silent for too long is tried again', async () => {
    const { tell, push, core, delivery, delivered } = await start();
    const id = await tell('alice');
    push.answers.push(() => new Promise<never>(() => {}));
    core.clock.set(core.clock.now() + 10 * SECOND);
    delivery.start();
    await expect.poll(() => push.told).toEqual([[id]]);
    core.clock.advance(45 * SECOND);
    await expect
      .poll(async () => (await delivered(id, 'push')).detail)
      .toBe('The courier took longer than 30000 ms.');
    core.clock.advance(10 * SECOND);
    await expect.poll(() => push.told).toEqual([[id], [id]]);
  });
});
