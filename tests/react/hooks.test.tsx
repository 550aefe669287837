import './support/dom.ts';
import { act, renderHook, waitFor } from '@testing-library/react';
import {
  useChannel,
  useClient,
  useCommand,
  useConnection,
  useEvents,
  useNotifications,
  usePresence,
  useTyping,
} from '@tidings/react';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openClient, settled, until } from '../client/support/open-client.ts';
import { Api } from '../support/api.ts';
import { tokenFor } from '../support/credentials.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import type { MarketEvents } from '../support/market-kit.ts';
import { startMarket } from '../support/start-market.ts';
import type { RunningServer } from '../support/start-server.ts';
import { renderLive } from './support/render-live.tsx';

let server: RunningServer;

beforeAll(async () => {
  server = await startMarket({
    namespaces: {
      brief: { history: { size: 2 }, rights: { subscribe: 'anyone', publish: 'anyone' } },
      closed: { rights: { subscribe: 'nobody' } },
    },
  });
});

/** A client of a user that a test hears by. */
const open = (user?: string, url = server.url) =>
  openClient({ url, ...(user === undefined ? {} : { token: tokenFor(user) }) });

/** The prices of a list of events. */
const prices = ({ events }: { events: readonly { data: unknown }[] }) =>
  events.map(({ data }) => (data as { price: number }).price);

/** Waits until a client's channel is followed, so that what is published then is heard. */
const followed = (client: ReturnType<typeof open>, name: string) => settled(client.channel(name));

describe('useClient', () => {
  it('gives the client of the provider', () => {
    const client = open();
    expect(renderLive(client, () => useClient()).result.current).toBe(client);
  });

  it('says what is missing', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(() => renderHook(() => useClient())).toThrow('There is no <TidingsProvider>');
    vi.restoreAllMocks();
  });
});

describe('useConnection', () => {
  it('tells where the connection stands', async () => {
    const client = open('alice');
    const { result } = renderLive(client, () => useConnection());
    expect(result.current.state).toBe('idle');
    await act(() => client.connect());
    expect(result.current).toMatchObject({ state: 'connected', transport: 'websocket', user: 'alice' });
    act(() => client.disconnect());
    expect(result.current.state).toBe('idle');
  });
});

describe('useChannel', () => {
  it('follows a channel, calls the handlers of the last render, and leaves it', async () => {
    const client = open();
    const heard: string[] = [];
    const { result, rerender, unmount } = renderLive(
      client,
      ({ who }: { who: string }) =>
        useChannel<MarketEvents>('product:handlers', {
          on: { BID_UPDATED: ({ price }, { offset }) => heard.push(`${who} ${price} ${offset}`) },
        }),
      { who: 'first' },
    );
    await waitFor(() => expect(result.current.status.state).toBe('live'));
    const { channel } = result.current;
    await act(() => channel.publish('BID_UPDATED', { price: 1 }));
    rerender({ who: 'second' });
    expect(result.current.channel).toBe(channel);
    await act(() => channel.publish('BID_UPDATED', { price: 2 }));
    await act(() => channel.publish('ASK_UPDATED', { price: 3 }));
    await waitFor(() => expect(heard).toEqual(['first 1 1', 'second 2 2']));
    unmount();
    expect((await until(channel.status, ({ state }) => state === 'idle')).position).toBeUndefined();
  });

  it('follows another channel when the name changes', async () => {
    const client = open();
    const { result, rerender } = renderLive(client, (name: string) => useChannel(name), 'demo:one' as string);
    await waitFor(() => expect(result.current.status.state).toBe('live'));
    const one = result.current.channel;
    rerender('demo:two');
    expect(result.current.channel.name).toBe('demo:two');
    await waitFor(() => expect(result.current.status.state).toBe('live'));
    expect(one.status.getSnapshot().state).toBe('idle');
  });

  it('loads a snapshot when events were missed for good', async () => {
    const proxy = await CutProxy.start(server.url);
    const client = open(undefined, proxy.url);
    const onGap = vi.fn();
    const { result } = renderLive(client, () => ({
      ...useChannel('brief:a', { onGap }),
      events: useEvents('brief:a'),
    }));
    await waitFor(() => expect(result.current.status.state).toBe('live'));
    proxy.refuse();
    proxy.cut();
    for (let n = 1; n <= 4; n += 1) await open().channel('brief:a').publish('said', n);
    proxy.accept();
    await waitFor(() => expect(result.current.status).toMatchObject({ state: 'live', recovered: false }));
    expect(onGap).toHaveBeenCalledOnce();
    expect(result.current.events.gap).toEqual(onGap.mock.calls[0]?.[0]);
  });
});

describe('useEvents', () => {
  it('keeps the newest, and can be emptied', async () => {
    const client = open();
    const { result } = renderLive(client, () => useEvents<MarketEvents>('product:bounded', { limit: 3 }));
    await followed(client, 'product:bounded');
    const channel = client.channel<MarketEvents>('product:bounded');
    for (let price = 1; price <= 5; price += 1) await act(() => channel.publish('BID_UPDATED', { price }));
    await waitFor(() => expect(prices(result.current)).toEqual([3, 4, 5]));
    const { clear } = result.current;
    act(() => clear());
    expect(result.current).toEqual({ events: [], gap: undefined, error: undefined, clear });
    await act(() => channel.publish('BID_UPDATED', { price: 6 }));
    await waitFor(() => expect(prices(result.current)).toEqual([6]));
  });

  it('begins with the newest, also where somebody follows the channel already', async () => {
    const client = open();
    const channel = client.channel<MarketEvents>('product:last');
    for (let price = 1; price <= 5; price += 1) await channel.publish('BID_UPDATED', { price });
    const first = renderLive(client, () => useEvents('product:last', { last: 2 }));
    await waitFor(() => expect(prices(first.result.current)).toEqual([4, 5]));
    const second = renderLive(client, () => useEvents('product:last', { last: 3 }));
    await act(() => channel.publish('BID_UPDATED', { price: 6 }));
    await waitFor(() => expect(prices(second.result.current).slice(-4)).toEqual([4, 5, 6]));
    expect(prices(first.result.current)).toEqual([4, 5, 6]);
  });

  it('lists what is asked for alone', async () => {
    const client = open();
    const { result } = renderLive(client, () =>
      useEvents<MarketEvents, 'ASK_UPDATED'>('product:only', { only: ['ASK_UPDATED'] }),
    );
    await followed(client, 'product:only');
    const channel = client.channel<MarketEvents>('product:only');
    await act(() => channel.publish('BID_UPDATED', { price: 1 }));
    await act(() => channel.publish('ASK_UPDATED', { price: 2 }));
    await waitFor(() => expect(result.current.events.at(-1)?.data.price).toBe(2));
    expect(result.current.events).toMatchObject([{ event: 'ASK_UPDATED', offset: 2 }]);
  });

  it('says why nothing comes', async () => {
    const { result } = renderLive(open(), () => useEvents('closed:a'));
    await waitFor(() => expect(result.current.error?.code).toBe('forbidden'));
    expect(result.current.events).toEqual([]);
  });

  it('misses nothing over a cut', async () => {
    const proxy = await CutProxy.start(server.url);
    const client = open(undefined, proxy.url);
    const { result } = renderLive(client, () => useEvents('product:cut'));
    await followed(client, 'product:cut');
    const other = open().channel<MarketEvents>('product:cut');
    for (let price = 1; price <= 4; price += 1) {
      proxy.cut();
      await other.publish('BID_UPDATED', { price });
    }
    await waitFor(() => expect(prices(result.current)).toEqual([1, 2, 3, 4]));
  });
});

describe('usePresence', () => {
  it('lists who is there', async () => {
    const alice = open('alice');
    const { result } = renderLive(alice, () => [useChannel('product:hall'), usePresence('product:hall')]);
    const presence = () => result.current[1] as ReturnType<typeof usePresence>;
    expect(presence()).toEqual({ members: [], ready: false });
    await waitFor(() => expect(presence()).toMatchObject({ members: [{ user: 'alice' }], ready: true }));
    const leave = open('bob').channel('product:hall').subscribe();
    await waitFor(() => expect(presence().members.map(({ user }) => user)).toEqual(['alice', 'bob']));
    leave();
    await waitFor(() => expect(presence().members.map(({ user }) => user)).toEqual(['alice']));
  });
});

describe('useTyping', () => {
  it('tells who else types', async () => {
    const alice = open('alice');
    const bob = open('bob');
    const hers = renderLive(alice, () => useTyping('product:chat')).result;
    const his = renderLive(bob, () => useTyping('product:chat')).result;
    await Promise.all([alice, bob].map((client) => followed(client, 'typing:product:chat')));
    act(() => hers.current.start());
    await waitFor(() => expect(his.current.users).toEqual(['alice']));
    expect(hers.current.users).toEqual([]);
    act(() => hers.current.stop());
    await waitFor(() => expect(his.current.users).toEqual([]));
  });
});

describe('useCommand', () => {
  const bid = { product: 'bids', price: 7 };

  it('tells where a command stands', async () => {
    const client = open();
    await client.connect();
    const { result } = renderLive(client, () => useCommand<typeof bid, { highest: number }>('place_bid'));
    expect(result.current.state).toBe('idle');
    let answer: Promise<{ highest: number }> | undefined;
    act(() => {
      answer = result.current.send(bid);
    });
    expect(result.current.state).toBe('pending');
    await act(async () => expect(await answer).toEqual({ highest: 7 }));
    expect(result.current).toMatchObject({ state: 'done', data: { highest: 7 } });
    act(() => void result.current.send({ ...bid, price: 0 }));
    await waitFor(() =>
      expect(result.current).toMatchObject({ state: 'failed', error: { code: 'invalid_request' } }),
    );
    act(() => {
      answer = result.current.send(bid);
    });
    act(() => result.current.reset());
    await act(async () => void (await answer));
    expect(result.current).toMatchObject({ state: 'idle', data: undefined, error: undefined });
  });

  it('queues it while there is no connection, and has one effect', async () => {
    const proxy = await CutProxy.start(server.url);
    const client = open(undefined, proxy.url);
    await client.connect();
    const { result } = renderLive(client, () => ({
      bid: useCommand('place_bid'),
      at: useEvents<MarketEvents>('product:queued'),
    }));
    await followed(client, 'product:queued');
    proxy.refuse();
    proxy.cut();
    await until(client.status, ({ state }) => state !== 'connected');
    act(() => void result.current.bid.send({ product: 'queued', price: 9 }));
    expect(result.current.bid.state).toBe('queued');
    act(() => void result.current.bid.send({ product: 'queued', price: 9 }, { offline: false }));
    await waitFor(() => expect(result.current.bid.error?.code).toBe('not_connected'));
    act(() => void result.current.bid.send({ product: 'queued', price: 10 }));
    expect(result.current.bid.state).toBe('queued');
    proxy.accept();
    await waitFor(() => expect(result.current.bid).toMatchObject({ state: 'done', data: { highest: 10 } }));
    await waitFor(() => expect(prices(result.current.at)).toEqual([9, 10]));
  });
});

describe('useNotifications', () => {
  it('hears the channel of the user, and counts what is unread', async () => {
    const proxy = await CutProxy.start(server.url);
    const api = new Api({ url: server.url, bearer: server.apiKey });
    const client = open('carol', proxy.url);
    const { result } = renderLive(client, () => useNotifications<{ sold: { price: number } }>({ limit: 2 }));
    await until(client.status, ({ state }) => state === 'connected');
    await followed(client, 'user:carol');
    const notify = (price: number) =>
      act(() => api.call('POST', '/publish', { channel: 'user:carol', event: 'sold', data: { price } }));
    await notify(1);
    await waitFor(() => expect(result.current.unread).toBe(1));
    act(() => result.current.markRead());
    expect(result.current.unread).toBe(0);
    proxy.cut();
    await notify(2);
    await waitFor(() => expect(result.current.notifications.map(({ data }) => data.price)).toEqual([1, 2]));
    expect(result.current.unread).toBe(1);
    await notify(3);
    await notify(4);
    await waitFor(() => expect(result.current.notifications.at(-1)?.data.price).toBe(4));
    expect(result.current.unread).toBe(2);
    act(() => result.current.clear());
    expect(result.current).toMatchObject({ notifications: [], unread: 0 });
  });

  it('takes another channel, and what was read before', async () => {
    const client = open();
    const bell = client.channel('demo:bell');
    await bell.publish('rang', 1);
    const { at } = (await bell.history({ last: 1 })).events[0]!;
    const { result, rerender } = renderLive(
      client,
      (readAt: number) => useNotifications({ channel: 'demo:bell', last: 5, readAt }),
      at,
    );
    await waitFor(() => expect(result.current.notifications).toHaveLength(1));
    expect(result.current.unread).toBe(0);
    rerender(at - 1);
    expect(result.current.unread).toBe(1);
  });
});
