/**
 * The chat at /rooms: two people talk, on several devices, with the mouse and without.
 *
 * @module
 */
import { beforeAll, expect, it } from 'vitest';
import { makeRoom, openRooms, say, startRoomsBrowser } from '../support/rooms-page.ts';
import { startRooms } from '../support/start-rooms.ts';

beforeAll(startRoomsBrowser);

const PEOPLE = ['ayse', 'olena'];

it('lets two people talk, and shows who is there and who types', async () => {
  const rooms = await startRooms();
  const room = await makeRoom(rooms, PEOPLE, { name: 'Komşular' });
  const ayse = await openRooms(rooms.url, 'ayse', { room });
  await ayse.page.getByText('1 here').waitFor();
  const olena = await openRooms(rooms.url, 'olena', { room });
  await ayse.page.getByText('2 here').waitFor();

  await ayse.field.pressSequentially('Mer');
  await olena.page.getByText('Ayşe is typing…').waitFor();
  await ayse.write('Merhaba!');
  await olena.sees('Merhaba!');
  await olena.page.getByText('Ayşe is typing…').waitFor({ state: 'detached' });
  await ayse.message('Merhaba!').getByRole('img', { name: 'Sent' }).waitFor();
  await olena.write('Привіт');
  await ayse.sees('Привіт');
  await ayse.shows(['Merhaba!', 'Привіт']);
  await olena.shows(['Merhaba!', 'Привіт']);

  // One's own stand apart, those of others have a name.
  expect(await ayse.message('Merhaba!').getAttribute('data-own')).toBe('true');
  expect(await olena.message('Merhaba!').getAttribute('data-own')).toBe('false');
  await olena.message('Merhaba!').getByText('Ayşe', { exact: true }).waitFor();
  await ayse.log.getByText('today').waitFor();

  await ayse.button('People: 2 members, 2 here').click();
  await ayse.page.getByRole('dialog', { name: 'People' }).getByText('here now').nth(1).waitFor();
  await olena.page.close();
  await ayse.page.getByText('1 here').waitFor();
});

it('changes and deletes one’s own messages for everybody', async () => {
  const rooms = await startRooms();
  const room = await makeRoom(rooms, PEOPLE, { name: 'Komşular' });
  const ayse = await openRooms(rooms.url, 'ayse', { room });
  const olena = await openRooms(rooms.url, 'olena', { room });
  await ayse.write('Saat 7’de');
  await olena.sees('Saat 7’de');
  // Arrow up in an empty field changes what was written last.
  await ayse.field.press('ArrowUp');
  await ayse.page.getByText('You are editing a message.').waitFor();
  await ayse.write('Saat 8’de');
  await olena.message('Saat 8’de').getByText('edited').waitFor();
  await olena.shows(['Saat 8’de']);

  const own = ayse.message('Saat 8’de');
  await own.hover();
  await own.getByRole('button', { name: 'More' }).click();
  await own.getByRole('button', { name: 'Delete', exact: true }).click();
  await own.getByRole('button', { name: 'Delete for everybody' }).click();
  await olena.log.getByText('This message was deleted.').waitFor();
  expect(await olena.texts()).toEqual([]);
  // There is nothing that one could do with the messages of others.
  await ayse.write('Neyse');
  await olena.sees('Neyse');
  expect(await olena.log.getByRole('button').count()).toBe(0);
});

it('shows HTML as text, and leads only where an address says so', async () => {
  const rooms = await startRooms();
  const room = await makeRoom(rooms, PEOPLE, { name: '<b>Room</b>' });
  const olena = await openRooms(rooms.url, 'olena', { room });
  const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script> & <b>bold</b>';
  const links =
    'javascript:alert(1) data:text/html,x readme.md https://example.com/a?b=1&c=<i> www.example.org.';
  await say(rooms.as('ayse'), room, hostile, links);
  await olena.shows([hostile, links]);
  expect(await olena.log.locator('img, script, b, i').count()).toBe(0);
  expect(await olena.page.title()).toBe('Rooms · Tidings');
  await olena.page.getByRole('heading', { name: '<b>Room</b>' }).waitFor();
  const found = await olena.log
    .getByRole('link')
    .evaluateAll((all) => all.map((link) => [(link as HTMLAnchorElement).href, link.getAttribute('rel')]));
  const rel = 'noopener noreferrer nofollow';
  expect(found).toEqual([
    ['https://example.com/a?b=1&c=%3Ci%3E', rel],
    ['https://www.example.org/', rel],
  ]);
});

it('loads what is older by scrolling up, and the place one looks at stays', async () => {
  const rooms = await startRooms();
  const room = await makeRoom(rooms, PEOPLE, { name: 'Komşular' });
  const texts = Array.from({ length: 120 }, (_, index) => `mesaj ${index + 1}.`);
  await say(rooms.as('olena'), room, ...texts);
  await rooms.as('ayse').call('PUT', `/rooms/${room}/read`, {});
  const ayse = await openRooms(rooms.url, 'ayse', { room });
  await ayse.sees('mesaj 120.');
  const newest = await ayse.texts();
  expect(newest.length).toBeLessThan(texts.length);
  // It opens at the newest message.
  expect(await ayse.message('mesaj 120.').isVisible()).toBe(true);
  // The oldest itself may lose its name to what comes above it.
  const looked = newest[2]!;
  const moved = await ayse.log.evaluate(async (log, text) => {
    const row = [...log.querySelectorAll('.rooms-message')].find((each) => each.textContent?.includes(text));
    const top = () => (row as Element).getBoundingClientRect().top;
    const grown = new Promise<void>((resolve) => {
      new MutationObserver(() => resolve()).observe(log.querySelector('ol') as Element, { childList: true });
    });
    log.scrollTop = 100;
    const before = top();
    await grown;
    return Math.abs(top() - before);
  }, looked);
  expect(moved).toBeLessThan(2);
  await expect
    .poll(async () => {
      await ayse.log.evaluate((log) => {
        log.scrollTop = 0;
      });
      return ayse.texts();
    })
    .toEqual(texts);
  await ayse.log.getByText('Here the room begins.').waitFor();

  // What comes meanwhile does not pull one away; the button leads there.
  await ayse.log.evaluate((log) => {
    log.scrollTop = 0;
  });
  await say(rooms.as('olena'), room, 'en yeni');
  await ayse.sees('en yeni');
  expect(await ayse.log.evaluate((log) => log.scrollTop)).toBe(0);
  await ayse.button('1 new message').click();
  await expect
    .poll(() => ayse.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight))
    .toBeLessThan(2);
  await ayse.log.getByText('New messages').waitFor();
});

it('keeps the newest message in view while the field for writing grows', async () => {
  const rooms = await startRooms();
  const room = await makeRoom(rooms, PEOPLE, { name: 'Komşular' });
  await say(rooms.as('olena'), room, ...Array.from({ length: 30 }, (_, index) => `mesaj ${index + 1}.`));
  const ayse = await openRooms(rooms.url, 'ayse', { room });
  await ayse.sees('mesaj 30.');
  const toEnd = () => ayse.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
  await ayse.log.evaluate((log) => {
    log.scrollTop = log.scrollHeight;
  });
  const height = await ayse.log.evaluate((log) => log.clientHeight);
  await ayse.field.fill('bir\niki\nüç\ndört\nbeş');
  await expect.poll(() => ayse.log.evaluate((log) => log.clientHeight)).toBeLessThan(height);
  await expect.poll(toEnd).toBeLessThan(2);
  await ayse.page.setViewportSize({ width: 1280, height: 420 });
  await expect.poll(toEnd).toBeLessThan(2);
});

it('counts what is unread, and knows on every device how far one has read', async () => {
  const rooms = await startRooms();
  const room = await makeRoom(rooms, PEOPLE, { name: 'Komşular' });
  const other = await makeRoom(rooms, ['ayse'], { name: 'Diğer' });
  await say(rooms.as('olena'), room, 'bir', 'iki');
  const list = await openRooms(rooms.url, 'ayse', { room: other });
  await expect.poll(() => list.unread('Komşular')).toBe(2);
  await say(rooms.as('olena'), room, 'üç');
  await expect.poll(() => list.unread('Komşular')).toBe(3);
  await list.room('Komşular').getByText('olena: üç').waitFor();

  // Another tab reads it, from the line on.
  const reader = await list.another(`${rooms.url}/rooms?room=${room}`);
  await reader.log.getByText('New messages').waitFor();
  await reader.shows(['bir', 'iki', 'üç']);
  await expect.poll(() => list.unread('Komşular')).toBe(0);
  await expect
    .poll(async () => (await rooms.as('ayse').get(`/rooms/${room}`)).body)
    .toMatchObject({ unread: 0, lastRead: 3 });

  // Both have it open now, and what one has read is no news to the other.
  await list.room('Komşular').click();
  await list.sees('üç');
  expect(await list.log.getByText('New messages').count()).toBe(0);
  await say(rooms.as('olena'), room, 'dört');
  await list.sees('dört');
  await expect
    .poll(async () => (await rooms.as('ayse').get(`/rooms/${room}`)).body)
    .toMatchObject({ unread: 0, lastRead: 4 });
  await expect.poll(() => list.unread('Komşular')).toBe(0);
});

it('opens a private room to whom its owner invites, and to nobody else', async () => {
  const rooms = await startRooms();
  const ayse = await openRooms(rooms.url, 'ayse');
  // Of a room that one is removed from the browser says 404.
  const olena = await openRooms(rooms.url, 'olena', { expectedErrors: /404/ });
  await ayse.button('New room').click();
  const opening = ayse.page.getByRole('dialog', { name: 'New room' });
  await opening.getByLabel('Name').fill('Aile');
  await opening.getByLabel('Private').check();
  await opening.getByRole('button', { name: 'Create' }).click();
  await ayse.page.getByRole('heading', { name: 'Aile' }).waitFor();
  const room = new URL(ayse.page.url()).searchParams.get('room')!;
  await ayse.write('Sadece aramızda');

  const sam = await openRooms(rooms.url, 'sam', { room, expectedErrors: /404/ });
  await sam.page.getByText('There is no such room').waitFor();
  expect(await sam.page.getByText('Aile').count()).toBe(0);

  await ayse.page.getByRole('button', { name: /^People/ }).click();
  const people = ayse.page.getByRole('dialog', { name: 'People' });
  await people.getByLabel('Whom').fill('olena');
  await people.getByRole('button', { name: 'Invite' }).click();
  await people.getByText('olena is invited.').waitFor();
  await people.getByText('Invited, no answer yet').waitFor();

  await olena.page.getByRole('button', { name: 'Notifications, 1 unread' }).waitFor();
  await olena.page.getByRole('button', { name: 'Join Aile' }).click();
  await olena.sees('Sadece aramızda');
  await people.getByText('Олена', { exact: true }).first().waitFor();
  await people.getByText('Invited, no answer yet').waitFor({ state: 'detached' });

  // Whoever is removed sees nothing of it any more.
  await people.getByRole('button', { name: 'Remove Олена' }).click();
  await olena.page.getByText('There is no such room').waitFor();
  expect(await olena.page.getByText('Sadece aramızda').count()).toBe(0);
}, 90_000);

it('joins, renames and leaves a public room', async () => {
  const rooms = await startRooms();
  const room = await makeRoom(rooms, ['olena'], { id: 'kino', name: 'Кіно' });
  const ayse = await openRooms(rooms.url, 'ayse');
  await ayse.button('Find a room').click();
  await ayse.page.getByRole('button', { name: 'Join Кіно' }).click();
  await ayse.page.getByText('Nobody has written here yet').waitFor();
  expect(new URL(ayse.page.url()).searchParams.get('room')).toBe(room);
  await rooms.as('olena').call('PATCH', `/rooms/${room}`, { name: 'Театр' });
  await ayse.page.getByRole('heading', { name: 'Театр' }).waitFor();
  await ayse.page.getByRole('button', { name: /^People/ }).click();
  await ayse.button('Leave the room').click();
  await ayse.button('Really leave?').click();
  await ayse.page.getByText('You are in no room yet').waitFor();
  await ayse.page.goBack();
  await ayse.page.getByText('Join to read and write.').waitFor();
});

it('is used by the keyboard alone', async () => {
  const rooms = await startRooms();
  await makeRoom(rooms, PEOPLE, { name: 'Komşular' });
  const ayse = await openRooms(rooms.url, 'ayse');
  const { keyboard } = ayse.page;
  const focused = () =>
    ayse.page.evaluate(() => {
      const { activeElement: element } = document;
      return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    });
  const tabTo = async (name: RegExp) => {
    for (let presses = 0; presses < 30; presses++) {
      await keyboard.press('Tab');
      if (name.test(await focused())) return;
    }
    throw new Error(`Tab does not lead to ${name}`);
  };
  await ayse.room('Komşular').waitFor();
  await tabTo(/Komşular/);
  await keyboard.press('Enter');
  await expect.poll(focused).toBe('Message');
  await keyboard.type('ilk satır');
  await keyboard.press('Shift+Enter');
  await keyboard.type('ikinci');
  await keyboard.press('Enter');
  await ayse.shows(['ilk satır\nikinci']);
  expect(await ayse.field.inputValue()).toBe('');
  // What can be done with a message is offered once the server has it.
  await ayse.log.getByRole('button', { name: 'More' }).waitFor({ state: 'attached' });
  await keyboard.press('Shift+Tab');
  expect(await focused()).toBe('More');
  await keyboard.press('Enter');
  await keyboard.press('Shift+Tab');
  expect(await focused()).toBe('Delete');
  await keyboard.press('Escape');
  await expect.poll(() => ayse.log.getByRole('button', { name: 'Delete' }).count()).toBe(0);
  // The log itself can be scrolled.
  await ayse.log.focus();
  expect(await ayse.log.evaluate((log) => log === document.activeElement)).toBe(true);
  await ayse.page.getByRole('button', { name: /^People/ }).focus();
  await keyboard.press('Enter');
  await ayse.page.getByRole('dialog', { name: 'People' }).waitFor();
  await keyboard.press('Escape');
  await ayse.page.getByRole('dialog').waitFor({ state: 'detached' });
  await expect.poll(focused).toMatch(/^People/);
});

it.each(['en', 'tr', 'ru', 'uk'])('never scrolls sideways on a phone, in %s', async (locale) => {
  const rooms = await startRooms();
  const long = 'birkelime'.repeat(20);
  const room = await makeRoom(rooms, PEOPLE, { name: `Oda ${long}`.slice(0, 100) });
  await say(rooms.as('olena'), room, long, `https://example.com/${long}`, 'kısa');
  await say(rooms.as('ayse'), room, long);
  await makeRoom(rooms, ['olena'], { name: `Sır ${long}`.slice(0, 100), private: true }).then((secret) =>
    rooms.as('olena').post(`/rooms/${secret}/invitations`, { user: 'ayse' }),
  );
  const ayse = await openRooms(rooms.url, 'ayse', {
    locale,
    viewport: { width: 320, height: 568 },
    hasTouch: true,
    isMobile: true,
  });
  await ayse.room('Oda').waitFor();
  await ayse.page.locator('.rooms-invitations').waitFor();
  expect(await ayse.overflows()).toBe(false);
  await ayse.room('Oda').click();
  await ayse.sees('kısa');
  expect(await ayse.overflows()).toBe(false);
  // Nor is anything of a message cut off.
  expect(await ayse.log.evaluate((log) => log.scrollWidth - log.clientWidth)).toBe(0);
  // The field for writing is in view, above what a keyboard would cover.
  const { bottom, inner } = await ayse.field.evaluate((field) => ({
    bottom: field.getBoundingClientRect().bottom,
    inner: innerHeight,
  }));
  expect(bottom).toBeLessThanOrEqual(inner);
  const own = ayse.message(long).last();
  await own.locator('.rooms-own-open').click();
  expect(await ayse.log.evaluate((log) => log.scrollWidth - log.clientWidth)).toBe(0);
  await ayse.page.locator('.rooms-people-button').click();
  await ayse.page.getByRole('dialog').waitFor();
  expect(await ayse.overflows()).toBe(false);
});
