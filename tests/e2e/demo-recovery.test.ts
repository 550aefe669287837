import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openPage, type PageOptions } from '../support/browser.ts';
import { Demo, NAMES, offsets, openDemo, startDemo, TRANSPORTS, type Transport } from '../support/demo.ts';
import { spawnServer } from '../support/spawn-server.ts';
import type { RunningServer } from '../support/start-server.ts';

let browser: Browser;
let server: RunningServer;

beforeAll(async () => {
  ({ browser, server } = await startDemo());
});

const open = (options?: PageOptions, url = server.url) => openDemo(browser, url, options);

/** What the server itself counts. */
async function connections(transport: Transport): Promise<number> {
  const answer = await fetch(`${server.url}/api/v1/realtime/stats`, {
    headers: { authorization: `Bearer ${server.apiKey}` },
  });
  const { by_transport } = (await answer.json()) as { by_transport: Record<string, number> };
  return by_transport[transport] ?? 0;
}

describe.each(TRANSPORTS)('%s', (transport) => {
  it('is cut, misses five events and catches up', async () => {
    const demo = await open();
    const name = NAMES[transport];
    await demo.publish(2, 1);
    await demo.hears(transport, 2);
    const before = await connections(transport);

    await demo.button(`Cut ${name}`).click();
    await demo.is(transport, 'cut');
    await expect.poll(() => connections(transport)).toBe(before - 1);
    await demo.publish(5, 3);
    await demo.pane(transport).locator('[data-missed="5"]').waitFor();
    expect(await demo.heard(transport)).toEqual(offsets(1, 2, 'live'));

    await demo.button(`Restore ${name}`).click();
    await demo.pane(transport).locator('[data-outcome=recovered]').waitFor();
    await demo.pane(transport).locator('[data-caught-up="5"]').waitFor();
    await demo.publish(1, 8);
    await demo.hears(transport, 8);
    expect(await demo.heard(transport)).toEqual([
      ...offsets(1, 2, 'live'),
      ...offsets(3, 7, 'caught-up'),
      '8 live',
    ]);
    expect(await demo.counters(transport)).toMatchObject({
      heard: '8',
      reconnects: '1',
      duplicates: '0',
      gaps: '0',
    });
  });

  it('is cut again and again, and catches up each time', async () => {
    const demo = await open();
    const name = NAMES[transport];
    for (let round = 0; round < 3; round++) {
      await demo.button(`Cut ${name}`).click();
      await demo.button('Publish 10 fast').click();
      await demo.pane(transport).locator('[data-missed="10"]').waitFor();
      await demo.button(`Restore ${name}`).click();
      await demo.pane(transport).locator('[data-caught-up="10"]').waitFor();
    }
    expect(await demo.heard(transport)).toEqual(offsets(1, 30, 'caught-up'));
    expect(await demo.counters(transport)).toMatchObject({ reconnects: '3', duplicates: '0', gaps: '0' });
  });
});

it('resumes Socket.IO by its own connection state recovery, without subscribing again', async () => {
  const page = await openPage(browser, 'about:blank');
  const sent: string[] = [];
  page.on('websocket', (socket) => {
    if (!socket.url().includes('/socket.io/')) return;
    socket.on('framesent', ({ payload }) => sent.push(String(payload)));
  });
  const demo = new Demo(page, 'demo:recovery');
  await page.goto(`${server.url}/?channel=${demo.channel}`);
  await demo.allAre('live');
  await demo.publish(1, 1);
  await demo.hears('socketio', 1);
  await demo.button('Cut Socket.IO').click();
  await demo.publish(1, 2);
  await demo.button('Restore Socket.IO').click();
  await demo.pane('socketio').locator('[data-caught-up="1"]').waitFor();
  expect(sent.filter((packet) => packet.includes('"subscribe"'))).toHaveLength(1);
  expect(sent.filter((packet) => packet.includes('"pid"'))).toHaveLength(1);
});

it('says that the history is gone when it is, and goes on without a hole', async () => {
  const demo = await open();
  await demo.publish(1, 1);
  for (const transport of TRANSPORTS) {
    await demo.hears(transport, 1);
    await demo.button(`Cut ${NAMES[transport]}`).click();
  }
  const events = Array.from({ length: 250 }, (_, n) => ({ channel: demo.channel, event: 'many', data: n }));
  await fetch(`${server.url}/api/v1/publish/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  });
  for (const transport of TRANSPORTS) {
    await demo.button(`Restore ${NAMES[transport]}`).click();
    await demo.pane(transport).locator('[data-outcome=history-gone]').waitFor();
    await demo.hears(transport, 251);
  }
  await demo.publish(1, 252);
  for (const transport of TRANSPORTS) {
    await demo.hears(transport, 252);
    expect(await demo.heard(transport)).toEqual(['1 live', ...offsets(242, 251, 'history'), '252 live']);
    expect(await demo.counters(transport)).toMatchObject({ duplicates: '0', gaps: '0' });
  }
});

it('comes back by itself after kill -9 of the server, in every pane', async () => {
  const killed = await spawnServer();
  const demo = await open({ expectedErrors: /ERR_|WebSocket|Failed to load/ }, killed.url);
  await demo.publish(3, 1);
  for (const transport of TRANSPORTS) await demo.hears(transport, 3);
  await killed.kill('SIGKILL');
  await demo.allAre('waiting');
  await killed.start();
  await demo.allAre('live');
  await demo.publish(1, 4);
  for (const transport of TRANSPORTS) {
    await demo.hears(transport, 4);
    expect((await demo.heard(transport)).map((row) => row.split(' ')[0])).toEqual(['1', '2', '3', '4']);
    expect(await demo.counters(transport)).toMatchObject({ reconnects: '1', duplicates: '0', gaps: '0' });
    expect(await demo.pane(transport).locator('[data-outcome=recovered]').count()).toBe(1);
  }
});
