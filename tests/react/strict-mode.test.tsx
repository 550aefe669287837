/**
 * What mounting twice, replacing and going cost on the wire: nothing more than they have to.
 *
 * @module
 */
import './support/dom.ts';
import { act, cleanup, render, screen, waitFor } from '@testing-library/react';
import { useChannel, useEvents, useNotifications, usePresence, useTyping } from '@tidings/react';
import { Activity } from 'react';
import { beforeEach, expect, it, vi } from 'vitest';
import { openClient, settled, until } from '../client/support/open-client.ts';
import type { MarketEvents } from '../support/market-kit.ts';
import { startMarket } from '../support/start-market.ts';
import { onTeardown } from '../support/teardown.ts';
import { Live } from './support/render-live.tsx';

interface Sent {
  readonly type: string;
  readonly channels?: readonly unknown[];
}

/** What clients of this process send from now on. */
function watchSent(): { of(type: string): readonly Sent[] } {
  const send = vi.spyOn(WebSocket.prototype, 'send');
  onTeardown(() => send.mockRestore());
  return {
    of: (type) =>
      send.mock.calls
        .flatMap(([text]) => {
          const message = JSON.parse(String(text));
          return message.type === 'batch' ? (message.messages as Sent[]) : [message as Sent];
        })
        .filter((message) => message.type === type),
  };
}

let url: string;

beforeEach(async () => {
  onTeardown(cleanup);
  ({ url } = await startMarket());
});

function Price() {
  const { events } = useEvents<MarketEvents>('product:42');
  usePresence('product:42');
  return <output>{events.map(({ data }) => data.price).join(' ')}</output>;
}

it('subscribes once when mounted twice, and asks for nothing twice', async () => {
  const sent = watchSent();
  const client = openClient({ url });
  await client.connect();
  function Everything() {
    useChannel('product:42');
    useTyping('product:42');
    useNotifications({ channel: 'demo:bell' });
    return <Price />;
  }
  render(
    <Live client={client}>
      <Everything />
      <Everything />
    </Live>,
  );
  await Promise.all(
    ['product:42', 'presence:product:42', 'typing:product:42', 'demo:bell'].map((name) =>
      settled(client.channel(name)),
    ),
  );
  await until(client.channel('product:42').presence, (members) => members.length === 1);
  const channels = sent.of('subscribe').flatMap(({ channels }) => channels);
  expect(channels).toHaveLength(4);
  expect(sent.of('presence')).toHaveLength(1);
  expect(sent.of('unsubscribe')).toEqual([]);
});

it('does not leave a channel when one component follows another, and leaves it after the last', async () => {
  const sent = watchSent();
  const client = openClient({ url });
  const channel = client.channel<MarketEvents>('product:42');
  const page = (key: string, content = <Price key={key} />) => <Live client={client}>{content}</Live>;
  const { rerender } = render(page('a'));
  await settled(channel);
  await until(channel.presence, (members) => members.length === 1);
  rerender(page('b'));
  await act(() => channel.publish('BID_UPDATED', { price: 1 }));
  await waitFor(() => expect(screen.getByRole('status').textContent).toBe('1'));
  expect(sent.of('subscribe')).toHaveLength(1);
  expect(sent.of('presence')).toHaveLength(1);
  rerender(page('c', <p />));
  await until(channel.status, ({ state }) => state === 'idle');
  expect(sent.of('unsubscribe')).toHaveLength(1);
});

it('begins anew when what was hidden is shown again, so that a list has no hole', async () => {
  const client = openClient({ url });
  const channel = client.channel<MarketEvents>('product:42');
  const page = (mode: 'visible' | 'hidden') => (
    <Live client={client}>
      <Activity mode={mode}>
        <Price />
      </Activity>
    </Live>
  );
  const { rerender } = render(page('visible'));
  await settled(channel);
  await act(() => channel.publish('BID_UPDATED', { price: 1 }));
  await waitFor(() => expect(screen.getByRole('status').textContent).toBe('1'));
  rerender(page('hidden'));
  await until(channel.status, ({ state }) => state === 'idle');
  await channel.publish('BID_UPDATED', { price: 2 });
  rerender(page('visible'));
  await settled(channel);
  await act(() => channel.publish('BID_UPDATED', { price: 3 }));
  await waitFor(() => expect(screen.getByRole('status').textContent).toBe('3'));
});
