/**
 * `kill -9`: what was acknowledged on a durable channel is there afterwards, where it was said to be, once.
 *
 * @module
 */
import { expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { faultsOf } from '../support/checker.ts';
import { type Heard, Hearing } from '../support/hearing.ts';
import { Publishers } from '../support/publishers.ts';
import { readHistory } from '../support/read-history.ts';
import { spawnServer } from '../support/spawn-server.ts';

const KILLS = 5;

it('takes nothing that was acknowledged, however often it comes', async () => {
  const server = await spawnServer({
    config: { namespaces: { journal: { durable: true, history: { size: 100_000 } } } },
  });
  const channels = ['journal:a', 'journal:b', 'journal:c'];
  const publishers = Publishers.start({
    url: server.url,
    apiKey: server.apiKey,
    channels,
    count: 16,
    pause: 0,
  });

  for (let kill = 1; kill <= KILLS; kill += 1) {
    // So many that some are always under way.
    await publishers.more(150);
    await server.kill('SIGKILL');
    await server.start();
  }
  await publishers.more(50);
  await publishers.stop();
  expect(publishers.retries).toBeGreaterThan(0);

  const api = new Api({ url: server.url, bearer: server.apiKey });
  const hearing = new Hearing();
  for (const channel of channels) {
    const events = await readHistory(api, channel);
    hearing.told(channel, `${events[0]?.epoch}:0`);
    for (const event of events) hearing.heard(event as unknown as Heard);
  }
  expect(faultsOf(hearing, publishers.acknowledged)).toEqual([]);
  // A publish that was tried again had one effect: nothing is there but what was acknowledged.
  expect(hearing.events).toHaveLength(publishers.acknowledged.length);
});
