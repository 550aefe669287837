import { describe, expect, it } from 'vitest';
import { oneClick } from './support/one-click.ts';
import { startEmail } from './support/start-email.ts';

describe('unsubscribing', () => {
  it('takes one POST from a mail program, without signing in', async () => {
    const { links, preferences } = await startEmail();
    const link = links.make({ user: 'alice', categories: ['prices.drop'], language: 'en' });
    expect((await oneClick(link)).status).toBe(200);
    const form = new FormData();
    form.set('List-Unsubscribe', 'One-Click');
    expect((await fetch(link, { method: 'POST', body: form, headers: { origin: 'null' } })).status).toBe(200);
    expect((await fetch(link, { method: 'POST' })).status).toBe(200);
    expect(preferences).toEqual(Array(3).fill('alice prices.drop false'));
  });

  it('is not done by a GET, nor a HEAD, since scanners follow links', async () => {
    const { links, preferences } = await startEmail();
    const link = links.make({ user: 'alice', categories: ['prices.drop'], language: 'tr' });
    const page = await fetch(link);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(await page.text()).toContain('Abonelikten çık');
    await fetch(link, { method: 'HEAD' });
    expect(preferences).toEqual([]);
  });

  it('can be taken back on the page', async () => {
    const { links, preferences } = await startEmail();
    const link = links.make({ user: 'alice', categories: ['prices.drop'], language: 'ru' });
    const body = new URLSearchParams({ action: 'subscribe' });
    expect(await (await fetch(link, { method: 'POST', body })).text()).toContain('Вы снова подписаны');
    expect(preferences).toEqual(['alice prices.drop true']);
  });

  it.each([
    ['another user', (link: URL) => link.searchParams.set('user', 'bob')],
    ['another category', (link: URL) => link.searchParams.set('category', 'general')],
    ['a category more', (link: URL) => link.searchParams.append('category', 'general')],
    ['another signature', (link: URL) => link.searchParams.set('signature', 'A'.repeat(43))],
    ['no signature', (link: URL) => link.searchParams.delete('signature')],
    ['nothing', (link: URL) => (link.search = '?language=uk')],
  ])('is refused to a link that was changed: %s', async (_name, change) => {
    const { links, preferences } = await startEmail();
    const link = new URL(links.make({ user: 'alice', categories: ['prices.drop'], language: 'uk' }));
    change(link);
    for (const method of ['GET', 'POST']) {
      const answer = await fetch(link, { method });
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain('Це посилання не працює');
    }
    expect(preferences).toEqual([]);
  });

  it('shows the name of a category as text', async () => {
    const { links } = await startEmail();
    const link = links.make({ user: 'alice', categories: ['<script>alert(1)</script>'], language: 'en' });
    expect(await (await fetch(link)).text()).not.toContain('<script');
  });
});
