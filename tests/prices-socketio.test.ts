import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { tokenFor } from './support/credentials.ts';
import { Inbox } from './support/inbox.ts';
import { startPricesServer } from './support/start-prices-server.ts';
import { once, stockClient } from './support/start-socketio.ts';
import { onTeardown } from './support/teardown.ts';

describe.each(['websocket', 'polling'])('a stock client over %s', (transport) => {
  it('subscribes to a product and hears of its price', async () => {
    const server = await startPricesServer();
    await server.add('p1');
    const socket = stockClient(server.url, { transports: [transport] });
    const answer = await socket.emitWithAck('subscribe_price_updates', { product_id: 'p1' });
    expect(answer).toMatchObject({
      ok: true,
      data: { product_id: 'p1', channel: 'product:p1', product: { name: 'Ürün Adı', price: '100 TL' } },
    });
    const [updated, dropped] = [once(socket, 'price_update'), once(socket, 'price_drop')];
    await server.reprice('p1', 80);
    expect((await updated)[0]).toMatchObject({
      product_id: 'p1',
      old_price: '100 TL',
      new_price: '80 TL',
      change: { amount: -20, percentage: -20 },
      message: 'Fiyat değişti: 100 TL → 80 TL',
    });
    expect((await dropped)[0]).toMatchObject({ discount: 20, message: 'Fiyat düştü! 20% indirim' });

    expect(await socket.emitWithAck('unsubscribe_price_updates', { product_id: 'p1' })).toMatchObject({
      ok: true,
    });
    const heard: unknown[] = [];
    socket.on('price_update', (data) => heard.push(data));
    await server.add('p2');
    await socket.emitWithAck('subscribe_price_updates', { product_id: 'p2' });
    await server.reprice('p1', 70);
    const other = once(socket, 'price_drop');
    await server.reprice('p2', 60);
    await other;
    expect(heard).toMatchObject([{ product_id: 'p2' }]);
  });
});

describe('a client of the document', () => {
  it('hears of new products and of what its user is told, without asking', async () => {
    const server = await startPricesServer();
    await server.add('p1');
    await server.as('alice').call('PUT', '/prices/watches/p1', {});
    const socket = stockClient(server.url, { auth: { token: tokenFor('alice') } });
    const stranger = stockClient(server.url);
    await Promise.all([once(socket, 'connected'), once(stranger, 'connected')]);
    for (const each of [socket, stranger]) await each.emitWithAck('ping');
    const added = [once(socket, 'product_added'), once(stranger, 'product_added')];
    await server.add('p2');
    for (const [data] of await Promise.all(added))
      expect(data).toMatchObject({
        product: { id: 'p2', name: 'Ürün Adı', price: '100 TL', brand: 'Marka' },
        message: 'Ürün Adı eklendi',
      });
    const told: unknown[] = [];
    stranger.on('notification', (data) => told.push(data));
    const notification = once(socket, 'notification');
    await server.reprice('p1', 90);
    expect((await notification)[0]).toMatchObject({
      type: 'success',
      title: 'Ürün Adı: the price has dropped',
      data: { product_id: 'p1' },
    });
    expect(told).toEqual([]);
  });

  it('that subscribes and unsubscribes in one breath hears nothing, and the other way round everything', async () => {
    const server = await startPricesServer();
    const products = Array.from({ length: 10 }, (_, n) => `p${n}`);
    for (const id of products) await server.add(id);
    const socket = stockClient(server.url);
    await once(socket, 'connected');
    const heard: string[] = [];
    socket.on('price_update', ({ product_id }) => heard.push(product_id));
    for (const [n, product_id] of products.entries()) {
      socket.emit('subscribe_price_updates', { product_id });
      socket.emit('unsubscribe_price_updates', { product_id });
      if (n === 9) socket.emit('subscribe_price_updates', { product_id });
    }
    await socket.emitWithAck('ping');
    const last = once(socket, 'price_update');
    for (const id of products) await server.reprice(id, 90);
    await last;
    expect(heard).toEqual(['p9']);
  });

  it('that says only later who it is hears from then on what its user is told', async () => {
    const server = await startPricesServer();
    await server.add('p1');
    await server.as('alice').call('PUT', '/prices/watches/p1', {});
    const socket = stockClient(server.url);
    await once(socket, 'connected');
    expect(await socket.emitWithAck('authenticate', { token: tokenFor('alice') })).toMatchObject({
      ok: true,
    });
    await socket.emitWithAck('ping');
    const notification = once(socket, 'notification');
    await server.reprice('p1', 90);
    expect((await notification)[0]).toMatchObject({ data: { product_id: 'p1' } });
  });

  it('asks for its notifications, with an acknowledgement or without', async () => {
    const server = await startPricesServer();
    for (const id of ['p1', 'p2']) {
      await server.add(id, { name: id });
      await server.as('alice').call('PUT', `/prices/watches/${id}`, {});
      await server.reprice(id, 90);
    }
    const socket = stockClient(server.url, { auth: { token: tokenFor('alice') } });
    const other = stockClient(server.url, { auth: { token: tokenFor('alice') } });
    await Promise.all([once(socket, 'connected'), once(other, 'connected')]);
    const overheard: unknown[] = [];
    other.on('notification', (data) => overheard.push(data));
    const heard = new Inbox<{ id: string; title: string }>('notifications');
    socket.on('notification', (data) => heard.push(data));

    const { ok, data } = await socket.emitWithAck('get_notifications');
    expect({ ok, data }).toMatchObject({
      ok: true,
      data: {
        notifications: [{ title: expect.stringContaining('p2') }, { title: expect.stringContaining('p1') }],
      },
    });
    expect(heard.all).toEqual([]);

    socket.emit('get_notifications');
    expect((await heard.take()).title).toContain('p1');
    expect((await heard.take()).title).toContain('p2');

    // What was read is not told again.
    await socket.emitWithAck('inbox.read', { ids: [data.notifications[0].id] });
    socket.emit('get_notifications', {});
    expect((await heard.take()).title).toContain('p1');
    await socket.emitWithAck('ping');
    expect(heard.untaken).toEqual([]);
    expect(overheard).toEqual([]);
  });

  it('is refused by a code where it asks for nothing that there is', async () => {
    const server = await startPricesServer();
    const socket = stockClient(server.url);
    await once(socket, 'connected');
    const code = async (event: string, data?: unknown) => (await socket.emitWithAck(event, data)).error.code;
    expect(await code('subscribe_price_updates', { product_id: 'nothing' })).toBe('not_found');
    for (const id of ['__proto__', 'constructor', '../p', 'a b', '\0', 'ü'])
      expect(await code('subscribe_price_updates', { product_id: id }), id).toBe('not_found');
    for (const data of [
      {},
      { product_id: 7 },
      { product_id: '' },
      { product_id: 'x'.repeat(5000) },
      'p1',
      null,
    ])
      expect(await code('subscribe_price_updates', data)).toBe('invalid_request');
    expect(await code('get_notifications', {})).toBe('unauthenticated');
    const failed = once(socket, 'error');
    socket.emit('subscribe_price_updates', { product_id: 'nothing' });
    expect(await failed).toMatchObject([{ code: 'not_found', command: 'subscribe_price_updates' }]);
  });

  it('sees who else is looking', async () => {
    const server = await startPricesServer();
    await server.add('p1');
    const [alice, bob] = ['alice', 'bob'].map((user) =>
      stockClient(server.url, { auth: { token: tokenFor(user) } }),
    );
    await alice!.emitWithAck('subscribe_price_updates', { product_id: 'p1' });
    await alice!.emitWithAck('subscribe', 'presence:product:p1');
    const joined = once(alice!, 'join');
    await bob!.emitWithAck('subscribe_price_updates', { product_id: 'p1' });
    expect((await joined)[0]).toMatchObject({ user: 'bob' });
    const { body } = await server.as('alice').get('/channels/product:p1/presence');
    expect(body.members).toMatchObject([{ user: 'alice' }, { user: 'bob' }]);
  });

  it('where everybody signs in, must have done so', async () => {
    const server = await startPricesServer({ auth: { anonymous: false } });
    await server.add('p1');
    const socket = stockClient(server.url, { auth: { token: tokenFor('alice') } });
    expect(await socket.emitWithAck('subscribe_price_updates', { product_id: 'p1' })).toMatchObject({
      ok: true,
    });
    const { body } = await server.backend.as(undefined).get('/prices/products');
    expect(body).toMatchObject({ code: 'unauthenticated' });
  });
});

it('python-socketio does what the document’s client does', async () => {
  const server = await startPricesServer();
  await server.add('product-id-123');
  await server
    .as('alice')
    .call('PUT', '/prices/watches/product-id-123', { threshold: { kind: 'percent', percent: 10 } });
  const program = `
import socketio, sys
def say(*words): sys.stdout.write(' '.join(map(str, words)) + '\\n'); sys.stdout.flush()
client = socketio.Client()
@client.on('price_update')
def on_price_update(data, *rest): say('price_update', data['product_id'], data['old_price'], data['new_price'], data['change'])
@client.on('price_drop')
def on_price_drop(data, *rest): say('price_drop', data['discount'], data['message'])
@client.on('product_added')
def on_product_added(data, *rest): say('product_added', data['product']['name'], data['product']['price'], data['message'])
@client.on('notification')
def on_notification(data, *rest): say('notification', data['type'], data['data']['product_id'], data['timestamp'][:2])
client.connect('${server.url}', auth={'token': '${tokenFor('alice')}'}, transports=[sys.argv[1]])
client.emit('subscribe_price_updates', {'product_id': 'product-id-123'})
client.emit('get_notifications')
client.call('ping')
say('ready')
sys.stdin.readline()
client.emit('unsubscribe_price_updates', {'product_id': 'product-id-123'})
client.call('ping')
say('unsubscribed')
sys.stdin.readline()
client.disconnect()
`;
  for (const [turn, transport] of ['websocket', 'polling'].entries()) {
    const child = spawn('/usr/bin/python3', ['-c', program, transport]);
    onTeardown(() => void child.kill('SIGKILL'));
    const lines = new Inbox<string>('python-socketio');
    createInterface(child.stdout).on('line', (line) => lines.push(line));
    createInterface(child.stderr).on('line', (line) => lines.push(`stderr: ${line}`));
    const ended = new Promise((resolve) => child.on('exit', resolve));
    await lines.take((line) => line === 'ready');
    await server.reprice('product-id-123', 80);
    await server.add(`new-${turn}`, { name: `Yeni ${turn}` });
    await lines.take((line) => line.startsWith('product_added'));
    await lines.take((line) => line.startsWith('notification'));
    child.stdin.write('\n');
    await lines.take((line) => line === 'unsubscribed');
    await server.reprice('product-id-123', 100);
    child.stdin.write('\n');
    expect(await ended).toBe(0);
    expect(lines.all.toSorted()).toEqual([
      'notification success product-id-123 20',
      // What the first round left unread, the second is given when it asks.
      ...(turn === 0 ? [] : ['notification success product-id-123 20']),
      'price_drop 20 Fiyat düştü! 20% indirim',
      "price_update product-id-123 100 TL 80 TL {'amount': -20, 'percentage': -20}",
      `product_added Yeni ${turn} 100 TL Yeni ${turn} eklendi`,
      'ready',
      'unsubscribed',
    ]);
  }
});
