/**
 * The chat at /rooms without a connection: what is written waits, survives the page, and arrives once.
 *
 * @module
 */
import { beforeAll, expect, it } from 'vitest';
import { CutProxy } from '../support/cut-proxy.ts';
import {
  makeRoom,
  OFFLINE_ERRORS,
  openRooms,
  type RoomsTab,
  startRoomsBrowser,
} from '../support/rooms-page.ts';
import { readRoom, startRooms } from '../support/start-rooms.ts';

beforeAll(startRoomsBrowser);

const FIVE = ['bir', 'iki', 'üç', 'dört', 'beş'];

/** How many messages of a user wait in the browser's storage. */
function kept({ page }: RoomsTab, user: string): Promise<number> {
  return page.evaluate(
    (name) =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const count = opening.result.transaction('entries').objectStore('entries').count();
          count.onsuccess = () => resolve(count.result);
          count.onerror = () => reject(count.error);
        };
      }),
    `tidings:${user}`,
  );
}

it('keeps five messages over the end of the page, and sends each once, in order', async () => {
  const rooms = await startRooms();
  const room = await makeRoom(rooms, ['ayse', 'olena'], { name: 'Komşular' });
  const proxy = await CutProxy.start(rooms.url);
  const olena = await openRooms(rooms.url, 'olena', { room });
  const phone = await openRooms(proxy.url, 'ayse', { room, expectedErrors: OFFLINE_ERRORS });
  await phone.page.getByText('2 here').waitFor();

  proxy.refuse();
  proxy.cut();
  await phone.page.getByText('No connection. What you write is kept').waitFor();
  for (const text of FIVE) await phone.write(text);
  await phone.page.getByText('No connection. 5 messages wait').waitFor();
  await phone.shows(FIVE);
  expect(await phone.log.getByRole('img', { name: 'Waiting to be sent' }).count()).toBe(5);
  await expect.poll(() => kept(phone, 'ayse')).toBe(5);
  expect(await olena.texts()).toEqual([]);

  // The page is killed. It can be opened again, since a browser may have it, but nothing of the server is reached.
  await phone.page.close();
  let offline = true;
  const { context } = phone;
  await context.routeWebSocket(/./, (socket) => {
    if (offline) socket.close();
    else socket.connectToServer();
  });
  await context.route(/\/(api\/v1\/(?!kits)|events|realtime)/, (route) =>
    offline ? route.abort() : route.continue(),
  );
  proxy.accept();
  const again = await phone.another(`${proxy.url}/rooms?room=${room}`);
  await again.page.getByText('No connection. 5 messages wait').waitFor();
  await again.shows(FIVE);
  expect(await olena.texts()).toEqual([]);

  offline = false;
  await again.page.getByText('No connection').waitFor({ state: 'detached' });
  for (const tab of [again, olena]) await tab.shows(FIVE);
  await expect.poll(() => again.log.getByRole('img', { name: 'Sent' }).count()).toBe(5);
  expect(await again.log.getByRole('img', { name: 'Waiting to be sent' }).count()).toBe(0);
  expect((await readRoom(rooms.as('olena'), room)).map(({ message }) => message)).toEqual(FIVE);
  await again.page.reload();
  await again.shows(FIVE);
  await expect.poll(() => kept(again, 'ayse')).toBe(0);
});

it('hears what was said meanwhile, and its own words after that', async () => {
  const rooms = await startRooms();
  const room = await makeRoom(rooms, ['ayse', 'olena'], { name: 'Komşular' });
  const proxy = await CutProxy.start(rooms.url);
  const olena = await openRooms(rooms.url, 'olena', { room });
  const ayse = await openRooms(proxy.url, 'ayse', { room, expectedErrors: OFFLINE_ERRORS });
  await olena.page.getByText('2 here').waitFor();
  proxy.refuse();
  proxy.cut();
  await olena.page.getByText('1 here').waitFor();
  await olena.write('Є хто?');
  await ayse.write('Birazdan');
  await ayse.shows(['Birazdan']);
  proxy.accept();
  for (const tab of [ayse, olena]) await tab.shows(['Є хто?', 'Birazdan']);
});

it('says what was refused, also after a reload, and lets one try again or delete it', async () => {
  const rooms = await startRooms({ maxMessage: 10 });
  const room = await makeRoom(rooms, ['ayse'], { name: 'Komşular' });
  const ayse = await openRooms(rooms.url, 'ayse', { room });
  await ayse.write('bu mesaj çok uzun');
  await ayse.write('kısa');
  const failed = ayse.page.getByRole('alert').filter({ hasText: 'Not sent' });
  await failed.waitFor();
  await ayse.page.reload();
  await failed.waitFor();
  await ayse.button('Try again').click();
  await failed.waitFor();
  await expect.poll(async () => (await ayse.texts()).toSorted()).toEqual(['bu mesaj çok uzun', 'kısa']);
  await failed.getByRole('button', { name: 'Delete' }).click();
  await ayse.shows(['kısa']);
  await ayse.page.reload();
  await ayse.shows(['kısa']);
});
