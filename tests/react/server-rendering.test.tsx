/**
 * Rendering where there is no window, and taking over in one what was rendered there.
 *
 * @module
 */
import {
  TidingsProvider,
  useChannel,
  useCommand,
  useConnection,
  useEvents,
  useNotifications,
  usePresence,
  useTyping,
} from '@tidings/react';
import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';
import { openClient, until } from '../client/support/open-client.ts';
import type { MarketEvents } from '../support/market-kit.ts';
import { startMarket } from '../support/start-market.ts';

function Page() {
  const { state } = useConnection();
  const { status } = useChannel('product:42');
  const { events } = useEvents<MarketEvents>('product:42', { last: 1 });
  const { members, ready } = usePresence('product:42');
  const { users } = useTyping('product:42');
  const { unread } = useNotifications();
  const bid = useCommand('place_bid');
  const price = events.at(-1)?.data.price ?? 'none';
  return (
    <p>{`${state} ${status.state} ${price} ${members.length} ${ready} ${users.length} ${unread} ${bid.state}`}</p>
  );
}

const EMPTY = 'idle idle none 0 false 0 0 idle';

it('renders on a server, connects to nothing, and is taken over by a page', async () => {
  expect(globalThis).not.toHaveProperty('window');
  const { url } = await startMarket();
  const client = openClient({ url });
  const page = (
    <TidingsProvider client={client}>
      <Page />
    </TidingsProvider>
  );
  // What is known already is not shown either: the page could not take it over.
  await client.channel<MarketEvents>('product:42').publish('BID_UPDATED', { price: 7 });
  expect(renderToString(page)).toBe(`<p>${EMPTY}</p>`);

  const idle = openClient({ url });
  renderToString(
    <TidingsProvider client={idle}>
      <Page />
    </TidingsProvider>,
  );
  expect(idle.status.getSnapshot().state).toBe('idle');

  await import('./support/dom.ts');
  const { act } = await import('@testing-library/react');
  const { hydrateRoot } = await import('react-dom/client');
  document.body.innerHTML = `<div>${renderToString(page)}</div>`;
  const container = document.body.firstElementChild as Element;
  const mismatches: unknown[] = [];
  const root = await act(() =>
    hydrateRoot(container, page, { onRecoverableError: (error) => mismatches.push(error) }),
  );
  const channel = client.channel('product:42');
  await act(() => until(channel.status, ({ state }) => state === 'live'));
  expect(mismatches).toEqual([]);
  expect(container.textContent).toMatch(/^connected live 7 /);
  await act(() => root.unmount());
});
