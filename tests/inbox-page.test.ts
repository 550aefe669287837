/**
 * The inbox of the pages, against a real server.
 *
 * @module
 */
import { expect, it } from 'vitest';
import { Inbox } from '../kits/shared/web/inbox/inbox.ts';
import { openClient } from './client/support/open-client.ts';
import { Api } from './support/api.ts';
import { tokenFor } from './support/credentials.ts';
import { startServer } from './support/start-server.ts';
import { onTeardown } from './support/teardown.ts';

it('keeps and counts what comes while the list is on its way', async () => {
  const server = await startServer();
  const backend = new Api({ url: server.url, bearer: server.apiKey });
  const notify = (title: string) =>
    backend.post('/notifications', { user: 'alice', texts: { en: { title, body: '' } } });
  await notify('before');
  const client = openClient({ url: server.url, token: tokenFor('alice') });
  let asked = 0;
  const inbox: Inbox = new Inbox(
    {
      channel: (...parameters) => client.channel(...parameters),
      status: client.status,
      async command<Result>(...parameters: Parameters<typeof client.command>) {
        const answer = await client.command<Result>(...parameters);
        asked += 1;
        if (asked === 1) {
          await notify('meanwhile');
          await expect.poll(() => inbox.state.getSnapshot().notices.length).toBeGreaterThan(0);
        }
        return answer;
      },
    },
    'alice',
    () => {},
  );
  onTeardown(() => inbox.close());
  await expect.poll(() => inbox.state.getSnapshot().loaded).toBe(true);
  const { notices, unread, unseen } = inbox.state.getSnapshot();
  expect(notices.map(({ title }) => title)).toEqual(['meanwhile', 'before']);
  expect({ unread, unseen }).toEqual({ unread: 2, unseen: 2 });
});
