/**
 * The recipes of docs/REACT.md, as they stand there.
 *
 * @module
 */
import './support/dom.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { StrictMode } from 'react';
import { expect, it } from 'vitest';
import { openClient } from '../client/support/open-client.ts';
import { tokenFor } from '../support/credentials.ts';
import { startMarket } from '../support/start-market.ts';
import { onTeardown } from '../support/teardown.ts';
import { useITCookWebSocket } from './support/use-it-cook-websocket.ts';

it('stand in the documentation', () => {
  const documentation = readFileSync(join(import.meta.dirname, '../../docs/REACT.md'), 'utf8');
  const recipe = readFileSync(join(import.meta.dirname, 'support/use-it-cook-websocket.ts'), 'utf8');
  expect(documentation).toContain(recipe);
});

it('useITCookWebSocket hears, sends, and goes', async () => {
  const { url } = await startMarket();
  onTeardown(cleanup);
  const options = { url, channels: ['product:42', 'demo:feed'] };
  const { result, rerender } = renderHook((token: string) => useITCookWebSocket(token, options), {
    wrapper: StrictMode,
    initialProps: tokenFor('olga'),
  });
  await waitFor(() => expect(result.current.isConnected).toBe(true));
  await act(async () => {
    await result.current.sendMessage({ type: 'place_bid', product: '42', price: 7 });
  });
  const other = openClient({ url });
  await act(() => other.channel('demo:feed').publish('NewCommunityPost', { content: 'Borscht' }));
  await waitFor(() =>
    expect(result.current.events).toEqual([
      { type: 'BID_UPDATED', data: { price: 7 } },
      { type: 'NewCommunityPost', data: { content: 'Borscht' } },
    ]),
  );
  act(() => result.current.clearEvents());
  expect(result.current.events).toEqual([]);
  rerender('');
  await waitFor(() => expect(result.current.isConnected).toBe(false));
});
