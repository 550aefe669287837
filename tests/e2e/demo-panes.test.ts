import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PageOptions } from '../support/browser.ts';
import { offsets, openDemo, startDemo, TRANSPORTS } from '../support/demo.ts';
import type { RunningServer } from '../support/start-server.ts';

let browser: Browser;
let server: RunningServer;

beforeAll(async () => {
  ({ browser, server } = await startDemo());
});

const open = (options?: PageOptions, url = server.url) => openDemo(browser, url, options);

describe('three panes on one channel', () => {
  it('hear one publish with the same offset', async () => {
    const demo = await open();
    await demo.publish(1, 1);
    for (const transport of TRANSPORTS) {
      await demo.hears(transport, 1);
      expect(await demo.heard(transport)).toEqual(['1 live']);
      expect(await demo.counters(transport)).toMatchObject({ heard: '1', duplicates: '0', gaps: '0' });
      expect((await demo.counters(transport)).latency).toMatch(/ms$/);
    }
  });

  it('hear ten fast ones in order', async () => {
    const demo = await open();
    await demo.button('Publish 10 fast').click();
    await demo.page.getByText('10 events published, #1 to #10.').waitFor();
    for (const transport of TRANSPORTS) {
      await demo.hears(transport, 10);
      expect(await demo.heard(transport)).toEqual(offsets(1, 10, 'live'));
      expect(await demo.pane(transport).locator('.event[data-offset="10"] code').textContent()).toBe(
        '{"text":"Good news","n":10}',
      );
    }
  });

  it('hear what a backend publishes', async () => {
    const demo = await open();
    const answer = await fetch(`${server.url}/api/v1/publish`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: demo.channel, event: 'from.backend', data: { n: 1 } }),
    });
    expect(answer.status).toBe(200);
    for (const transport of TRANSPORTS) await demo.hears(transport, 1);
  });

  it('begin with the past of the channel', async () => {
    const demo = await open();
    await demo.publish(2, 1);
    await demo.page.reload();
    for (const transport of TRANSPORTS) {
      await demo.hears(transport, 2);
      expect(await demo.heard(transport)).toEqual(offsets(1, 2, 'history'));
    }
  });
});
