import { describe, expect, it } from 'vitest';
import { Api } from './support/api.ts';
import { tokenFor } from './support/credentials.ts';
import { startSmtp } from './support/smtp.ts';
import { TEXTS } from './support/start-inbox.ts';
import { startServer } from './support/start-server.ts';

async function start(answers: string[] = []) {
  const smtp = await startSmtp({ message: () => answers.shift() });
  const { url, apiKey } = await startServer({
    email: { smtp: smtp.url, from: 'a@example.com', publicUrl: 'http://127.0.0.1' },
    delivery: { pushAfter: 0, emailAfter: 0, backoff: 1, attempts: 1 },
  });
  const backend = new Api({ url, bearer: apiKey });
  await backend.call('PUT', '/users/alice/contact', { email: 'alice@example.com' });
  const tell = async (user: string) => {
    const { body } = await backend.post('/notifications', { user, texts: TEXTS });
    return (body.notifications as { id: string }[])[0]?.id as string;
  };
  const stateOf = async (id: string) => (await backend.get(`/deliveries/${id}`)).body.state;
  return { backend, smtp, tell, stateOf };
}

describe('/deliveries', () => {
  it('shows every step of every delivery, to the backend alone', async () => {
    const { backend, tell, stateOf } = await start();
    const alice = await tell('alice');
    const bob = await tell('bob');
    await expect.poll(() => stateOf(`${alice}.email`)).toBe('delivered');
    await expect.poll(() => stateOf(`${bob}.email`)).toBe('unreachable');
    const list = async (query: string) =>
      ((await backend.get(`/deliveries${query}`)).body.deliveries as { id: string }[]).map(({ id }) => id);
    expect(await list('')).toEqual([`${bob}.push`, `${bob}.email`, `${alice}.push`, `${alice}.email`]);
    expect(await list('?user=alice')).toEqual([`${alice}.push`, `${alice}.email`]);
    expect(await list(`?notification=${bob}&courier=email`)).toEqual([`${bob}.email`]);
    expect(await list('?state=delivered')).toEqual([`${alice}.email`]);
    const { body } = await backend.get('/deliveries?limit=3');
    expect(body).toMatchObject({ next: `${alice}.push` });
    expect(await list(`?after=${body.next}`)).toEqual([`${alice}.email`]);
    const push = await backend.get(`/deliveries/${alice}.push`);
    expect(push.body).toMatchObject({
      notification: alice,
      user: 'alice',
      courier: 'push',
      state: 'unreachable',
      attempts: 1,
      log: [{ step: 'attempt' }, { step: 'unreachable', detail: expect.any(String), at: expect.any(Number) }],
    });
    expect(await backend.get('/deliveries/none')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await backend.get('/deliveries?state=lost')).toMatchObject({ status: 400 });
    const stranger = backend.as(tokenFor('alice'));
    for (const answer of [
      await stranger.get('/deliveries'),
      await stranger.get(`/deliveries/${alice}.push`),
      await stranger.post(`/deliveries/${alice}.email/resend`),
    ])
      expect(answer.body.code).toBe('invalid_api_key');
  });

  it('sends a dead one again, and counts what happened', async () => {
    const { backend, smtp, tell, stateOf } = await start(['451 4.3.0 Not now']);
    const id = await tell('alice');
    await expect.poll(() => stateOf(`${id}.email`)).toBe('dead');
    const metrics = async () => (await backend.get('//metrics')).text;
    expect(await metrics()).toContain('tidings_deliveries{state="dead"} 1');
    const again = await backend.post(`/deliveries/${id}.email/resend`);
    expect(again.body).toMatchObject({ state: 'waiting', log: [{}, { step: 'dead' }, { step: 'resent' }] });
    await expect.poll(() => stateOf(`${id}.email`)).toBe('delivered');
    expect(smtp.mails).toHaveLength(1);
    const text = await metrics();
    expect(text).toContain('tidings_notifications_created_total 1');
    expect(text).toContain('tidings_deliveries_total{courier="push",outcome="unreachable"} 1');
    expect(text).toContain('tidings_deliveries_total{courier="email",outcome="dead"} 1');
    expect(text).toContain('tidings_deliveries_total{courier="email",outcome="delivered"} 1');
    expect(text).toContain('tidings_deliveries{state="dead"} 0');
    expect(await backend.post('/deliveries/none/resend')).toMatchObject({ status: 404 });
  });
});
