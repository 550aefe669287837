import { expect, it } from 'vitest';
import { type Outgoing, writeMessage } from '../outgoing.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import type { OpenTransport } from '../transports/transport.ts';
import { PROTOCOL } from '../wire.ts';
import { shareTabs } from './share-tabs.ts';

it('sends for another tab what can be written as JSON, and no more than that', async () => {
  const sent: Outgoing[] = [];
  const arrived = Promise.withResolvers<void>();
  const open: OpenTransport = ({ kind, listener }) => {
    const welcome = {
      protocol: PROTOCOL,
      session: 's',
      user: undefined,
      expiresAt: undefined,
      at: undefined,
      heartbeat: 25_000,
      maxMessage: 0,
    };
    queueMicrotask(() => listener.message({ type: 'welcome', welcome }));
    return {
      kind,
      send(messages) {
        sent.push(...messages);
        arrived.resolve();
      },
      close: () => {},
    };
  };
  const openTab = async () => {
    const welcomed = Promise.withResolvers<void>();
    const tab = shareTabs()(open)({
      kind: 'websocket',
      url: 'http://server.example',
      token: undefined,
      clock: new ManualClock(),
      listener: {
        alive: () => {},
        message: ({ type }) => type === 'welcome' && welcomed.resolve(),
        fault: () => {},
        closed: () => {},
      },
    });
    await welcomed.promise;
    return tab;
  };
  const leader = await openTab();
  const follower = await openTab();
  // As Vue and MobX hand it out: no structured clone can be made of it.
  const data = new Proxy({ price: 90, format() {} }, {});
  follower.send([writeMessage(1, { type: 'publish', data }, 0)]);
  await arrived.promise;
  expect(sent.map(({ message }) => message)).toEqual([{ type: 'publish', data: { price: 90 } }]);
  follower.close();
  leader.close();
});
