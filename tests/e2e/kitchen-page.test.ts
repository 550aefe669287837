/**
 * The page of the kitchen, used by several visitors at once.
 *
 * @module
 */
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { openPage, type PageOptions } from '../support/browser.ts';
import { tokenFor } from '../support/credentials.ts';
import { startKitPages } from '../support/kit-pages.ts';
import { begin, type ChatEndpoint, end, startChatEndpoint, token } from '../support/kitchen/chat-endpoint.ts';
import { kitchenKit } from '../support/kitchen/start-kitchen.ts';
import type { RunningServer } from '../support/start-server.ts';

let browser: Browser;
let server: RunningServer;
let model: ChatEndpoint;

beforeAll(async () => {
  model = await startChatEndpoint();
  const kits = [kitchenKit({ ai: { url: model.url, model: 'cook' } })];
  ({ browser, server } = await startKitPages(['kitchen'], { kits }));
});

/** The API in the name of a user, who is called by their id. */
const as = (user: string) => new Api({ url: server.url, bearer: tokenFor(user) });

/** The page, with somebody signed in who says yes to what it asks. */
async function visit(name: string, path = '/kitchen', options: PageOptions = {}): Promise<Page> {
  const page = await openPage(browser, server.url + path, options);
  page.on('dialog', (dialog) => void dialog.accept());
  await page.locator('.sign-in input').fill(name);
  await page.locator('.sign-in input').press('Enter');
  await page.locator('.connection-mark[data-live=true]').waitFor();
  // From now on a thing comes as an event, and not with the list that the page begins with.
  await expect.poll(() => page.locator('.kit-loading, [aria-busy=true]').count()).toBe(0);
  return page;
}

const post = (page: Page, text: string) => page.locator('.kitchen-post', { hasText: text });

/** The channels that a user's pages follow. */
async function followed(user: string): Promise<readonly string[]> {
  const { body } = await new Api({ url: server.url, bearer: server.apiKey }).get('/connections');
  const connections = body.connections as { user: string; channels: string[] }[];
  return connections.flatMap((each) => (each.user === user ? each.channels : []));
}

/** Writes a post over HTTP. */
async function write(user: string, content: string): Promise<string> {
  const { status, body } = await as(user).post('/kitchen/posts', { content });
  expect(status).toBe(201);
  return String(body.id);
}

/** Makes a household over HTTP. @returns its id */
async function household(name: string, owner: string, ...others: readonly string[]): Promise<string> {
  const id = String((await as(owner).post('/kitchen/groups', { name })).body.id);
  for (const user of others) {
    const { body } = await as(owner).post(`/kitchen/groups/${id}/invitations`, { user_id: user });
    expect((await as(user).post('/kitchen/groups/join', { code: body.code })).status).toBe(200);
  }
  return id;
}

/** A day so many days from now, `YYYY-MM-DD`. */
const day = (from: number) => new Date(Date.now() + from * 86_400_000).toISOString().slice(0, 10);

const overflow = (page: Page) =>
  page.evaluate<number>(
    'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)',
  );

describe('the feed', () => {
  it('has a new post slide in, with likes and comments that count where others look', async () => {
    const [alice, bob] = [await visit('Alice'), await visit('Bob')];
    await alice.getByLabel('What are you cooking?').fill('Soup with\ntwo lines');
    await alice.getByRole('button', { name: 'Post', exact: true }).click();
    const shown = post(bob, 'Soup with');
    await bob.locator('.kitchen-post[data-fresh=true]', { hasText: 'Soup with' }).waitFor();
    await shown.getByRole('button', { name: '0 likes' }).click();
    await post(alice, 'Soup with').getByRole('button', { name: '1 like' }).waitFor();
    await shown.getByRole('button', { name: '1 like' }).click();
    await post(alice, 'Soup with').getByRole('button', { name: '0 likes' }).waitFor();
    await post(alice, 'Soup with').getByRole('button', { name: '0 comments' }).click();
    await shown.getByRole('button', { name: '0 comments' }).click();
    // Nobody is told of a mark that was set before.
    await expect.poll(() => followed('alice')).toContainEqual(expect.stringMatching(/^typing:post:/));
    await shown.getByLabel('Write a comment').pressSequentially('Smells');
    await post(alice, 'Soup with').getByText('bob is writing…').waitFor();
    await shown.getByLabel('Write a comment').fill('Smells good');
    await shown.getByRole('button', { name: 'Send' }).click();
    await post(alice, 'Soup with').locator('[data-comment]', { hasText: 'Smells good' }).waitFor();
    await post(alice, 'Soup with').getByRole('button', { name: '1 comment' }).waitFor();
    await alice.getByText('bob is writing…').waitFor({ state: 'detached' });
    // Of one's own post one may delete what others wrote.
    await post(alice, 'Soup with').getByRole('button', { name: 'Remove: Bob' }).click();
    await shown.locator('[data-comment]').waitFor({ state: 'detached' });
    await post(alice, 'Soup with').getByRole('button', { name: 'Remove', exact: true }).click();
    await shown.waitFor({ state: 'detached' });
  });

  it('says who writes a comment to those who have not opened the comments', async () => {
    const id = await write('carol', 'Quiet bread');
    const [alice, bob] = [await visit('Alice'), await visit('Bob', `/kitchen?post=${id}`)];
    await post(alice, 'Quiet bread').waitFor();
    await bob.getByLabel('Write a comment').pressSequentially('Mm');
    await post(alice, 'Quiet bread').getByText('bob is writing…').waitFor();
  });

  it('shows what looks like HTML as text, and refuses tags with a reason', async () => {
    // A backend's posts are taken as they are.
    const told = { post_id: 'b-1', author_name: '<i>Backend</i>', content: '<img src=x onerror=alert(1)>' };
    const alice = await visit('Alice', '/kitchen', { expectedErrors: /status of 400/ });
    const backend = new Api({ url: server.url, bearer: server.apiKey });
    expect((await backend.post('/realtime/notify/new-post', told)).status).toBe(200);
    const shown = post(alice, '<img src=x onerror=alert(1)>');
    await shown.getByText('<i>Backend</i>').waitFor();
    expect(await shown.locator('img, i').count()).toBe(0);
    await alice.getByLabel('What are you cooking?').fill('a <b>bold</b> soup');
    await alice.getByRole('button', { name: 'Post', exact: true }).click();
    await alice.getByText('This is plain text; HTML tags cannot be in it.').waitFor();
    expect(await alice.getByLabel('What are you cooking?').inputValue()).toBe('a <b>bold</b> soup');
  });

  it('follows an author, and then shows those alone', async () => {
    await write('dora', 'Dora’s first');
    await write('emil', 'Emil’s first');
    const alice = await visit('Fan');
    await post(alice, 'Dora’s first').getByRole('button', { name: 'Follow: dora' }).click();
    await post(alice, 'Dora’s first').locator('[aria-pressed=true]', { hasText: 'Following' }).waitFor();
    await alice.getByLabel('Followed').check({ force: true });
    await post(alice, 'Emil’s first').waitFor({ state: 'detached' });
    await post(alice, 'Dora’s first').waitFor();
    await write('emil', 'Emil’s second');
    await write('dora', 'Dora’s second');
    await post(alice, 'Dora’s second').waitFor();
    expect(await post(alice, 'Emil').count()).toBe(0);
    await alice.getByRole('link', { name: 'dora' }).first().click();
    await alice.getByRole('heading', { name: 'dora' }).waitFor();
    await alice.getByText('2 posts · 1 follower').waitFor();
  });

  it('catches up with what it missed while it was offline', async () => {
    const alice = await visit('Alice', '/kitchen', { expectedErrors: /net::|WebSocket|Failed to load/ });
    await alice.context().setOffline(true);
    await alice.locator('.connection-mark[data-live=false]').waitFor();
    await write('bob', 'Written meanwhile');
    await alice.context().setOffline(false);
    await post(alice, 'Written meanwhile').waitFor();
  });
});

describe('the fridge', () => {
  it('says how long things are good, and follows what is changed elsewhere', async () => {
    const [one, two] = [
      await visit('Greta', '/kitchen?tab=fridge'),
      await visit('Greta', '/kitchen?tab=fridge'),
    ];
    const add = async (name: string, date: string) => {
      await one.getByLabel('What', { exact: true }).fill(name);
      await one.getByLabel('Best before').fill(date);
      await one.getByRole('button', { name: 'Add' }).click();
      await two.locator('.kitchen-item', { hasText: name }).waitFor();
    };
    await add('Later cheese', day(9));
    await add('Old milk', day(-2));
    await add('Soon <b>spinach</b>', day(1));
    const rows = await two
      .locator('.kitchen-item')
      .evaluateAll((items) => items.map((item) => [item.getAttribute('data-urgency'), item.textContent]));
    expect(rows).toEqual([
      ['past', expect.stringMatching(/^Old milk1Expired 2 days ago/)],
      ['soon', expect.stringMatching(/^Soon <b>spinach<\/b>1Best before: tomorrow/)],
      ['later', expect.stringMatching(/^Later cheese1Best before: in 9 days/)],
    ]);
    await one.getByRole('button', { name: 'Edit: Old milk' }).click();
    await one.getByRole('dialog').getByLabel('How much').fill('0.5');
    await one.getByRole('dialog').getByLabel('Unit').fill('l');
    await one.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await two.locator('.kitchen-item', { hasText: '0.5 l' }).waitFor();
    await two.getByRole('button', { name: 'Buy it again: Later cheese' }).click();
    await one.locator('.kitchen-shopping', { hasText: 'Later cheese' }).waitFor();
    await two.getByRole('button', { name: 'Remove: Old milk' }).click();
    await one.locator('.kitchen-item', { hasText: 'Old milk' }).waitFor({ state: 'detached' });
    await two.getByRole('button', { name: 'Undo' }).click();
    await one.locator('.kitchen-item', { hasText: 'Old milk' }).waitFor();
  });

  it('counts the days of where the visitor is', async () => {
    // 24 hours apart.
    const [ahead, behind] = ['Pacific/Kiritimati', 'Pacific/Honolulu'];
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: ahead }).format();
    for (const [user, timezoneId, day] of [
      ['East', ahead, 'today'],
      ['West', behind, 'tomorrow'],
    ] as const) {
      await as(user.toLowerCase()).post('/kitchen/fridge', { name: 'Fish', best_before: today });
      const page = await visit(user, '/kitchen?tab=fridge', { timezoneId });
      await page.getByText(`Best before: ${day}`).waitFor();
    }
  });

  it('is shared by a household', async () => {
    const id = await household('Shared fridge', 'hana', 'ivan');
    const path = `/kitchen?tab=fridge&household=${id}`;
    const [hana, ivan] = [await visit('Hana', path), await visit('Ivan', path)];
    await hana.getByLabel('What', { exact: true }).fill('Common butter');
    await hana.getByRole('button', { name: 'Add' }).click();
    await ivan.locator('.kitchen-item[data-fresh=true]', { hasText: 'Common butter' }).waitFor();
    await ivan.getByText('hana here').waitFor();
    await ivan.getByLabel('My own').check({ force: true });
    await ivan.getByText('Nothing in here yet.').waitFor();
  });

  it('asks for a recipe, shows how far it is, and the recipe', async () => {
    const jana = await visit('Jana', '/kitchen?tab=fridge');
    await jana.getByLabel('What would you like?').fill('eggs');
    await jana.getByRole('button', { name: 'Suggest a recipe' }).click();
    const asked = await model.asked.take();
    await jana.getByText('Thinking of something…').waitFor();
    begin(asked);
    const recipe = {
      title: 'Eggs <b>à la</b> Jana',
      servings: 2,
      minutes: 7,
      ingredients: [{ name: 'egg', amount: '4' }],
      steps: ['Beat.', 'Stir. '.repeat(100).trim()],
    };
    const text = JSON.stringify(recipe);
    token(asked, text.slice(0, 600));
    await jana.getByText('Writing it down…').waitFor();
    token(asked, text.slice(600));
    end(asked);
    const card = jana.locator('.kitchen-recipe[data-state=done]');
    await card.getByText('Eggs <b>à la</b> Jana').waitFor();
    await card.getByText('2 servings · 7 min · written for you').waitFor();
    expect(await card.locator('ol li').allTextContents()).toEqual(recipe.steps);
    await card.getByRole('button', { name: 'Shop for it' }).click();
    await jana.locator('.kitchen-shopping', { hasText: 'egg' }).waitFor();
    await jana.getByRole('button', { name: /^Notifications, 1 unread/ }).waitFor();
  });

  it('tells of a shop nearby to those who have asked for that, and to nobody else', async () => {
    const backend = new Api({ url: server.url, bearer: server.apiKey });
    const shop = { name: 'Corner shop', latitude: 41.01, longitude: 28.97, radius: 500, sells: ['saffron'] };
    expect((await backend.call('PUT', '/kitchen/shops/corner', shop)).status).toBe(200);
    const near = { geolocation: { latitude: 41.0101, longitude: 28.9701 }, permissions: ['geolocation'] };
    for (const user of ['near', 'shy'])
      await as(user).post('/kitchen/fridge', { name: 'Saffron', quantity: 0, running_out: true });
    const [page, shy] = [
      await visit('Near', '/kitchen?tab=fridge', near),
      await visit('Shy', '/kitchen?tab=fridge', near),
    ];
    await page.getByLabel('Tell me of shops nearby that have it').check();
    await page.locator('[data-sonner-toast]', { hasText: 'Corner shop' }).waitFor();
    await shy.getByLabel('Tell me of shops nearby that have it').waitFor();
    expect(await as('shy').get('/kitchen/place')).toMatchObject({ body: { enabled: false, position: null } });
    // Who opts out is forgotten.
    await page.getByLabel('Tell me of shops nearby that have it').uncheck();
    await expect
      .poll(async () => (await as('near').get('/kitchen/place')).body)
      .toMatchObject({ enabled: false, position: null });
  });

  it('cancels a recipe, also in another window', async () => {
    const [one, two] = [
      await visit('Karl', '/kitchen?tab=fridge'),
      await visit('Karl', '/kitchen?tab=fridge'),
    ];
    await one.getByRole('button', { name: 'Suggest a recipe' }).click();
    const asked = await model.asked.take();
    await two.getByRole('button', { name: 'Cancel' }).click();
    await asked.gone;
    await one.locator('.kitchen-recipe').waitFor({ state: 'detached' });
    await expect.poll(() => one.getByRole('button', { name: 'Suggest a recipe' }).isEnabled()).toBe(true);
  });
});

it('celebrates a goal when it is reached, and holds it on all devices', async () => {
  const [one, two] = [await visit('Lena', '/kitchen?tab=goals'), await visit('Lena', '/kitchen?tab=goals')];
  await one.getByLabel('Goal', { exact: true }).fill('Dinners at home');
  await one.getByLabel('Target').fill('3');
  await one.getByLabel('Unit').fill('dinners');
  await one.getByRole('button', { name: 'Set a goal' }).click();
  const goal = two.locator('.kitchen-goal', { hasText: 'Dinners at home' });
  await goal.getByText('0 of 3 dinners').waitFor();
  await goal.getByLabel('Add: Dinners at home').fill('2.5');
  await goal.getByRole('button', { name: 'Add' }).click();
  await one.getByText('2.5 of 3 dinners').waitFor();
  expect(await one.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('83');
  await one.getByLabel('Add: Dinners at home').fill('0.5');
  await one.getByRole('button', { name: 'Add', exact: true }).click();
  for (const page of [one, two]) {
    await page.locator('.kitchen-goal[data-celebrated=true]').getByText('Achieved!').waitFor();
    // Visitors who want less motion are given none.
    expect(await page.locator('.kitchen-goal').evaluate((card) => card.getAnimations().length)).toBe(0);
  }
});

describe('the menu', () => {
  const cell = (page: Page, id: string) => page.locator(`.kitchen-cell[data-cell=${id}]`);

  it('is for a household, which is joined by a link', async () => {
    const mia = await visit('Mia', '/kitchen?tab=menu');
    await mia.getByLabel('A new household').fill('Green house');
    await mia.getByRole('button', { name: 'Create' }).click();
    await mia.getByRole('button', { name: '1 member' }).click();
    await mia.getByRole('button', { name: 'Make a link' }).click();
    const link = await mia.getByLabel('Invitation', { exact: true }).inputValue();
    const nora = await visit('Nora', new URL(link).pathname + new URL(link).search);
    await nora.getByText('You are invited to a household.').waitFor();
    await nora.getByRole('button', { name: 'Join' }).first().click();
    await nora.getByRole('button', { name: '2 members' }).waitFor();
    // Mia's dialog lists who has come.
    await mia.getByRole('dialog').getByText('Nora').waitFor();
    await mia.getByRole('dialog').getByRole('button', { name: 'Take out: Nora' }).click();
    await nora.getByText('Plan the week together').waitFor();
  });

  it('says who edits which cell, and shows what they write', async () => {
    const id = await household('Edited', 'olga', 'paul');
    const path = `/kitchen?tab=menu&household=${id}`;
    const [olga, paul] = [await visit('Olga', path), await visit('Paul', path)];
    await cell(olga, 'mon-dinner').getByRole('button').click();
    await cell(paul, 'mon-dinner').getByText('Olga is editing…').waitFor();
    await olga.keyboard.type('Soup & <b>bread</b>');
    await olga.keyboard.press('Enter');
    await cell(paul, 'mon-dinner').getByText('Soup & <b>bread</b>').waitFor();
    await cell(paul, 'mon-dinner').getByText('Olga is editing…').waitFor({ state: 'detached' });
    // The focus is where it was, and Escape leaves everything as it was.
    await olga.keyboard.press('Enter');
    await olga.keyboard.type(' and wine');
    await olga.keyboard.press('Escape');
    await cell(olga, 'mon-dinner').getByText('Soup & <b>bread</b>', { exact: true }).waitFor();
    const { body } = await as('paul').get(`/kitchen/menus/${id}/${await week(paul)}`);
    expect(body.cells).toMatchObject([{ cell: 'mon-dinner', text: 'Soup & <b>bread</b>', version: 1 }]);
  });

  /** The week that a page shows, as the server was asked for it. */
  const week = (page: Page) =>
    page.evaluate<string>(
      "performance.getEntriesByType('resource').map(({ name }) => /menus\\/\\d+\\/(\\d{4}-W\\d\\d)/.exec(name)?.[1]).findLast(Boolean)",
    );

  it('lets the last writer win, shows what was lost, and gives it back by one click', async () => {
    const id = await household('Contested', 'quin', 'rosa');
    const path = `/kitchen?tab=menu&household=${id}`;
    const [quin, rosa] = [await visit('Quin', path), await visit('Rosa', path)];
    await cell(quin, 'fri-dinner').getByRole('button').click();
    await cell(rosa, 'fri-dinner').getByRole('button').click();
    await quin.keyboard.type('Pizza');
    await rosa.keyboard.type('Fish');
    await quin.keyboard.press('Enter');
    await cell(rosa, 'fri-dinner').getByText('Quin has meanwhile written: “Pizza”').waitFor();
    await rosa.keyboard.press('Enter');
    await cell(quin, 'fri-dinner')
      .getByRole('button', { name: /: Fish$/ })
      .waitFor();
    await cell(quin, 'fri-dinner').getByText('Rosa has replaced your text:').waitFor();
    await cell(rosa, 'fri-dinner').getByText('You have replaced what Quin had just written:').waitFor();
    await cell(quin, 'fri-dinner').getByRole('button', { name: 'Put mine back' }).click();
    for (const page of [quin, rosa])
      await cell(page, 'fri-dinner')
        .getByRole('button', { name: /: Pizza$/ })
        .waitFor();
    await quin.locator('.kitchen-conflict').waitFor({ state: 'detached' });
  });

  it('keeps what is written without a connection, and sends it', async () => {
    const id = await household('Tunnel', 'stan', 'tina');
    const path = `/kitchen?tab=menu&household=${id}`;
    const stan = await visit('Stan', path, { expectedErrors: /net::|WebSocket|Failed to load/ });
    const tina = await visit('Tina', path);
    await cell(stan, 'sun-lunch').getByRole('button').waitFor();
    await stan.context().setOffline(true);
    await stan.locator('.connection-mark[data-live=false]').waitFor();
    await cell(stan, 'sun-lunch').getByRole('button').click();
    await stan.keyboard.type('Dumplings');
    await stan.keyboard.press('Enter');
    await stan.locator('.kitchen-cell[data-waiting=true]').getByText('Dumplings').waitFor();
    await stan.context().setOffline(false);
    await cell(tina, 'sun-lunch').getByText('Dumplings').waitFor();
    await stan.locator('.kitchen-cell[data-waiting=true]').waitFor({ state: 'detached' });
  });
});

it.each([
  [320, 'en-GB'],
  [320, 'ru-RU'],
  [375, 'uk-UA'],
  [768, 'tr-TR'],
  [1600, 'en-GB'],
])('never scrolls sideways: %i px wide, %s', async (width, locale) => {
  const user = `wide-${width}-${locale.slice(0, 2)}`;
  const long = 'Donaudampfschifffahrtsgesellschaftskapitänsmützen';
  const id = await household(long, user);
  await write(user, long.repeat(3));
  await as(user).post('/kitchen/fridge', { name: long.repeat(2), best_before: day(1) });
  await as(user).post('/kitchen/goals', { title: long.repeat(2), target: 1_000_000, unit: 'kg' });
  const page = await visit(user, '/kitchen', { viewport: { width, height: 780 }, locale });
  for (const [tab, ready] of [
    ['feed', '.kitchen-post'],
    ['fridge', '.kitchen-item'],
    ['goals', '.kitchen-goal'],
    ['menu', '.kitchen-cell'],
  ]) {
    await page.locator(`.kitchen-tabs a[href*=${tab}]`).click();
    await page
      .locator(ready ?? '')
      .first()
      .waitFor();
    expect([tab, await overflow(page)]).toEqual([tab, 0]);
  }
  expect(await page.locator('.kitchen-bar', { hasText: long }).count()).toBe(1);
  await page.locator('.kitchen-bar > button').click();
  expect(await page.locator('.modal').evaluate((modal) => modal.scrollWidth - modal.clientWidth)).toBe(0);
  expect(id).toBeTruthy();
});

it('works from the keyboard', async () => {
  await write('uma', 'Keyboard cake');
  const page = await visit('Vera');
  await page.getByRole('link', { name: 'Menu', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.locator('.kitchen-tabs [aria-current=page]', { hasText: 'Menu' }).waitFor();
  await page.goBack();
  const cake = post(page, 'Keyboard cake');
  await cake.getByRole('button', { name: '0 likes' }).focus();
  await page.keyboard.press('Space');
  await cake.getByRole('button', { name: '1 like' }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await cake.getByLabel('Write a comment').fill('By Enter');
  await page.keyboard.press('Enter');
  await cake.locator('[data-comment]', { hasText: 'By Enter' }).waitFor();
  await page.getByLabel('What are you cooking?').fill('By Ctrl and Enter');
  await page.keyboard.press('Control+Enter');
  await post(page, 'By Ctrl and Enter').waitFor();
});
