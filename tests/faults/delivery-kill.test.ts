/**
 * Notifications and `kill -9`: one whose transaction committed is told and brought once, whenever the process dies; one
 * whose did not, never.
 *
 * @module
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type TestPostgres } from '../../packages/server/src/storage/testing/postgres.ts';
import { Api } from '../support/api.ts';
import { tokenFor } from '../support/credentials.ts';
import { readHistory } from '../support/read-history.ts';
import { startSmtp } from '../support/smtp.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';

const KIT = join(import.meta.dirname, 'kits/herald.ts');

/** A courier's time; a lease is twice as long, milliseconds. */
const TIMEOUT = 500;

/** How long a mail may take: a start of the server, a lease, a second of the queue, milliseconds. */
const PATIENCE = 20_000;

let postgres: TestPostgres;
beforeAll(() => {
  postgres = startPostgres();
});
afterAll(() => postgres?.stop());

const spawnHerald = (smtp: string, database: string, pushAfter: number) =>
  spawnServer({
    arguments: ['--kit', KIT],
    config: {
      database,
      email: { smtp, from: 'herald@example.com', publicUrl: 'http://127.0.0.1' },
      delivery: { pushAfter, emailAfter: pushAfter, timeout: TIMEOUT },
    },
  });

const tell = (server: ServerProcess, title: string, die?: 'before' | number) =>
  new Api({ url: server.url, bearer: tokenFor('alice', { email: 'alice@example.com' }) }).post(
    '/commands/tell',
    { title, die },
  );

const giveAddress = (server: ServerProcess) =>
  new Api({ url: server.url, bearer: server.apiKey }).call('PUT', '/users/alice/contact', {
    email: 'alice@example.com',
  });

/** The titles that were ever told on Alice's channel, and those in her inbox, the oldest first. */
async function heard(server: ServerProcess) {
  const backend = new Api({ url: server.url, bearer: server.apiKey });
  const events = await readHistory(backend, 'user:alice');
  const { body } = await backend.as(tokenFor('alice')).get('/notifications');
  const titles = (list: readonly unknown[]) => list.map((data) => (data as { title: string }).title);
  return {
    told: titles(events.map(({ data }) => data)),
    kept: titles(body.notifications as readonly unknown[]).reverse(),
  };
}

describe.each(['SQLite', 'PostgreSQL'])('on %s', (kind) => {
  const database = () => (kind === 'PostgreSQL' ? postgres.url : '');

  it('what was committed is told once and mailed once, when the process dies in between', async () => {
    const smtp = await startSmtp();
    const server = await spawnHerald(smtp.url, database(), 1500);
    await giveAddress(server);
    await expect(tell(server, 'never', 'before')).rejects.toThrow();
    await server.exited();
    await server.start();
    const turns = [0, 1, 2, 3, 5, 8];
    for (const turn of turns) {
      await tell(server, `died after ${turn}`, turn).catch(() => {});
      await server.exited();
      await server.start();
    }
    await tell(server, 'last');
    const all = [...turns.map((turn) => `died after ${turn}`), 'last'];
    await expect.poll(() => heard(server), { timeout: PATIENCE }).toEqual({ told: all, kept: all });
    await expect.poll(() => smtp.mails.length, { timeout: PATIENCE }).toBe(all.length);
    const backend = new Api({ url: server.url, bearer: server.apiKey });
    const open = async () => (await backend.get('/deliveries?state=waiting')).body.deliveries;
    await expect.poll(open, { timeout: PATIENCE }).toEqual([]);
    expect(smtp.mails.map(({ subject }) => subject).toSorted()).toEqual(all.toSorted());
  });

  it('a mail whose fate the process did not live to learn is sent again under the same identity', async () => {
    let server: ServerProcess | undefined;
    let killed: Promise<unknown> | undefined;
    const identities: (string | undefined)[] = [];
    const smtp = await startSmtp({
      message() {
        // The whole mail is there, and the answer is not yet on its way.
        killed ??= server?.kill('SIGKILL');
        return undefined;
      },
    });
    server = await spawnHerald(smtp.url, database(), 0);
    await giveAddress(server);
    const { text } = await tell(server, 'once');
    const [{ id }] = JSON.parse(text) as [{ readonly id: string }];
    await expect.poll(() => killed, { timeout: PATIENCE }).toBeDefined();
    await killed;
    await server.start();
    const backend = new Api({ url: server.url, bearer: server.apiKey });
    const delivery = async () => (await backend.get(`/deliveries/${id}.email`)).body;
    await expect.poll(delivery, { timeout: PATIENCE }).toMatchObject({ state: 'delivered', attempts: 2 });
    for (const mail of smtp.mails.filter(({ subject }) => subject === 'once'))
      identities.push(mail.messageId);
    expect(identities).toHaveLength(2);
    expect(new Set(identities).size).toBe(1);
    expect((await heard(server)).told.filter((title) => title === 'once')).toHaveLength(1);
  });
});
