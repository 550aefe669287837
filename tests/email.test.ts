import { describe, expect, it } from 'vitest';
import { loadConfig } from '../packages/server/src/config.ts';
import { oneClick } from './support/one-click.ts';
import { startSmtp } from './support/smtp.ts';
import { contactOf, letterOf, startEmail } from './support/start-email.ts';

const once = { deliveryId: 'd1', digest: false };

describe('a letter by email', () => {
  it.each([
    ['en', 'Open', 'Stop emails of this kind', 'Jan 1, 2026'],
    ['tr', 'Aç', 'Bu tür e-postaları durdur', '1 Oca 2026'],
    ['ru', 'Открыть', 'Отключить такие письма', '1 янв. 2026'],
    ['uk', 'Відкрити', 'Вимкнути такі листи', '1 січ. 2026'],
  ] as const)('is HTML and text in the language of its reader: %s', async (language, open, stop, date) => {
    const smtp = await startSmtp();
    const { courier, url } = await startEmail({ smtp: smtp.url });
    const contact = contactOf({ language, timezone: 'Europe/Istanbul', name: 'Ayşe' });
    const title = 'Чайник çok ucuz: 90 ₺';
    expect(await courier.deliver(contact, [letterOf({ title })], once)).toEqual({
      status: 'delivered',
      detail: '250 2.0.0 Taken',
    });
    const [mail] = smtp.mails;
    expect(mail).toMatchObject({
      subject: title,
      from: { name: 'Prices', address: 'no-reply@prices.example' },
      to: [{ name: 'Ayşe', address: 'alice@example.com' }],
      recipients: ['alice@example.com'],
    });
    for (const part of [mail?.html, mail?.text]) {
      for (const words of [title, 'It was 120 TL.', open, stop, date, '12:30']) expect(part).toContain(words);
      expect(part).toContain(`${url}/prices/7`);
    }
    expect(mail?.html).toContain(`<html lang="${language}">`);
    expect(mail?.html).toContain('It was 120 TL.<br>It is 90 TL now.');
    expect(mail?.header('Auto-Submitted')).toBe('auto-generated');
    expect(mail?.header('List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
    expect(mail?.header('List-Unsubscribe')).toMatch(
      /^<http:\/\/127\.0\.0\.1:\d+\/api\/v1\/email\/unsubscribe\?[^<>\s]+>$/,
    );
  });

  it('is the same message when it is sent again, and another when another is', async () => {
    const smtp = await startSmtp();
    const { courier } = await startEmail({ smtp: smtp.url });
    for (const deliveryId of ['d1', 'd1', 'd2'])
      await courier.deliver(contactOf(), [letterOf()], { deliveryId, digest: false });
    const ids = smtp.mails.map(({ messageId }) => messageId);
    expect(ids[0]).toMatch(/^<[0-9a-f]{64}@prices\.example>$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it.each([
    ['/prices/7?tab=history', '/prices/7?tab=history'],
    ['https://shop.example/kettle', 'https://shop.example/kettle'],
    ['javascript:alert(1)', undefined],
    ['//evil.example/', undefined],
    ['/\\evil.example/', undefined],
    ['http://evil.example/', undefined],
  ])('leads to pages of the app and by https elsewhere: %s', async (address, leads) => {
    const smtp = await startSmtp();
    const { courier, url } = await startEmail({ smtp: smtp.url });
    await courier.deliver(contactOf(), [letterOf({ url: address })], once);
    const link = /class="button" href="([^"]*)"/
      .exec(smtp.mails[0]?.html ?? '')?.[1]
      ?.replaceAll('&#61;', '=');
    expect(link).toBe(leads?.startsWith('/') ? url + leads : leads);
  });

  it('shows what users have written as text', async () => {
    const smtp = await startSmtp();
    const { courier } = await startEmail({ smtp: smtp.url });
    const title = '<img src=x onerror="alert(1)"> & <b>kettle</b>';
    const category = '"><script>alert(2)</script>';
    const letters = [letterOf({ title, body: '</p><script>alert(3)</script>', category }), letterOf()];
    await courier.deliver(contactOf(), letters, { deliveryId: 'd1', digest: true });
    const html = smtp.mails[0]?.html ?? '';
    expect(html).not.toMatch(/<script|<img|<b>/);
    expect(html).toContain('&#60;b&#62;kettle&#60;/b&#62;');
    expect(smtp.mails[0]?.text).toContain(title);
  });

  it('lets nobody write headers, turn the direction of a subject or fill the screen with it', async () => {
    const smtp = await startSmtp();
    const { courier } = await startEmail({ smtp: smtp.url });
    const title = `Kettle\r\nBcc: eve@example.com\r\n\r\n\u202Eevil\u2066${'x'.repeat(5000)}`;
    const name = 'Alice\r\nBcc: eve@example.com" <eve@example.com>, Bob';
    await courier.deliver(contactOf({ name }), [letterOf({ title, body: 'x'.repeat(100_000) })], once);
    const [mail] = smtp.mails;
    expect(mail?.recipients).toEqual(['alice@example.com']);
    expect(mail?.bcc).toBeUndefined();
    expect(mail?.header('Bcc')).toBeUndefined();
    expect(mail?.to?.map(({ address }) => address)).toEqual(['alice@example.com']);
    expect(mail?.subject).toMatch(/^Kettle Bcc: eve@example\.com evilx+…$/);
    expect([...(mail?.subject ?? '')]).toHaveLength(120);
    expect(mail?.html?.length).toBeLessThan(12_000);
  });

  it('has a subject though its title is empty', async () => {
    const smtp = await startSmtp();
    const { courier } = await startEmail({ smtp: smtp.url });
    await courier.deliver(contactOf(), [letterOf({ title: '\u202E ' })], once);
    expect(smtp.mails[0]?.subject).toBe('1 new notification');
  });
});

describe('a digest', () => {
  it.each([
    ['en', '2 new notifications', '5 new notifications'],
    ['tr', '2 yeni bildirim', '5 yeni bildirim'],
    ['ru', '2 новых уведомления', '5 новых уведомлений'],
    ['uk', '2 нові сповіщення', '5 нових сповіщень'],
  ] as const)('counts its letters in the language of its reader: %s', async (language, two, five) => {
    const smtp = await startSmtp();
    const { courier } = await startEmail({ smtp: smtp.url });
    for (const count of [2, 5]) {
      const letters = Array.from({ length: count }, (_, index) =>
        letterOf({ id: `n${index}`, title: `Title ${index}`, category: `kind.${index % 2}` }),
      );
      await courier.deliver(contactOf({ language }), letters, { deliveryId: `d${count}`, digest: true });
    }
    expect(smtp.mails.map(({ subject }) => subject)).toEqual([two, five]);
    for (const part of [smtp.mails[1]?.html, smtp.mails[1]?.text])
      for (let index = 0; index < 5; index += 1) expect(part).toContain(`Title ${index}`);
  });

  it('ends by one click all kinds of mails that are in it, and by its links each', async () => {
    const smtp = await startSmtp();
    const { courier, preferences } = await startEmail({ smtp: smtp.url });
    const letters = ['prices.drop', 'kitchen.fridge', 'prices.drop'].map((category) =>
      letterOf({ category }),
    );
    await courier.deliver(contactOf(), letters, { deliveryId: 'd1', digest: true });
    const [mail] = smtp.mails;
    await oneClick(linkOf(mail?.header('List-Unsubscribe')));
    expect(preferences).toEqual(['alice prices.drop false', 'alice kitchen.fridge false']);
    const links = [...(mail?.html?.matchAll(/href="([^"]*unsubscribe[^"]*)"/g) ?? [])].map(
      ([, link]) => link,
    );
    expect(links).toHaveLength(2);
    await oneClick(unescaped(links[1] ?? ''));
    expect(preferences.slice(2)).toEqual(['alice kitchen.fridge false']);
  });

  it('with very many letters and kinds stays a mail that is valid', async () => {
    const smtp = await startSmtp();
    const { courier } = await startEmail({ smtp: smtp.url });
    const letters = Array.from({ length: 300 }, (_, index) => letterOf({ category: `kind.${index}` }));
    await courier.deliver(contactOf(), letters, { deliveryId: 'd1', digest: true });
    const [mail] = smtp.mails;
    expect(mail?.text).toContain('250 more are in the app.');
    for (const line of mail?.source.split('\r\n') ?? []) expect(line.length).toBeLessThanOrEqual(998);
    expect((await oneClick(linkOf(mail?.header('List-Unsubscribe')))).status).toBe(200);
  });
});

describe('without an SMTP server', () => {
  it('development writes mails into files, no more than so many', async () => {
    const { courier, outbox, clock } = await startEmail();
    for (let index = 0; index < 103; index += 1) {
      const letter = letterOf({ title: `Kettle ${index}` });
      const outcome = await courier.deliver(contactOf(), [letter], once);
      expect(outcome).toMatchObject({ status: 'delivered', detail: expect.stringMatching(/\.eml$/) });
      clock.advance(1000);
    }
    const mails = (await outbox?.list()) ?? [];
    expect(mails).toHaveLength(100);
    expect(mails[0]).toMatchObject({
      subject: 'Kettle 102',
      to: 'alice@example.com',
      at: clock.now() - 1000,
    });
    expect(mails.at(-1)?.subject).toBe('Kettle 3');
    expect(String(await outbox?.read(mails[0]?.id ?? ''))).toContain('Subject: Kettle 102\r\n');
    expect(await outbox?.read('../../tidings.db')).toBeUndefined();
  });

  it('production has no courier', async () => {
    await expect(startEmail({ development: false })).rejects.toThrow('no way to send');
  });
});

describe('a configuration of email', () => {
  const load = (email: object, development = false) =>
    loadConfig({ file: false, env: {}, overrides: { development, email } });
  const smtp = 'smtp://user:secret@mail.example.com:587';
  const from = 'Prices <no-reply@example.com>';

  it('needs a server, a sender and an address', async () => {
    const { email } = await load({ smtp, from, publicUrl: 'https://prices.example.com' });
    expect(email).toMatchObject({ smtp, from, connections: 3, perSecond: 10 });
  });

  it.each([
    ['another protocol', { smtp: 'http://mail.example.com' }, 'email.smtp must be'],
    ['no address', { smtp, from }, 'email.publicUrl is not'],
    ['an address without TLS', { publicUrl: 'http://example.com' }, 'email.publicUrl must be'],
    ['no sender', { smtp, publicUrl: 'https://example.com' }, 'email.from is not'],
    ['two senders', { from: 'a@example.com, b@example.com' }, 'email.from is not one address'],
    ['a line break', { from: 'a@example.com\r\nBcc: b@example.com' }, 'email.from is not one address'],
  ])('is refused with %s', async (_name, email, message) => {
    const refusal = load(email);
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.not.toThrow('secret');
  });
});

const linkOf = (header: string | undefined) => header?.slice(1, -1) ?? '';

const unescaped = (html: string) => html.replaceAll('&#38;', '&').replaceAll('&#61;', '=');
