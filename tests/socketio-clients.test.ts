import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { Inbox } from './support/inbox.ts';
import { tokenFor } from './support/socketio-server.ts';
import { startServer } from './support/start-server.ts';
import { once, type SubscribeAnswer, startSocketIOServer, stockClient } from './support/start-socketio.ts';
import { onTeardown } from './support/teardown.ts';

describe.each(['websocket', 'polling'])('over %s', (transport) => {
  it('a stock client subscribes, hears and publishes', async () => {
    const server = await startSocketIOServer();
    const socket = stockClient(server.url, { transports: [transport] });
    const [greeting, cursor] = await once(socket, 'connected');
    expect(greeting).toEqual({
      status: 'ok',
      timestamp: expect.any(Number),
      session: socket.id,
      user: null,
    });
    expect(cursor).toMatch(/^[0-9a-f]+\.[0-9a-z]+$/);
    const answer: SubscribeAnswer = await socket.emitWithAck('subscribe', { channel: 'memory:1' });
    expect(answer).toMatchObject({
      ok: true,
      channel: 'memory:1',
      recovered: false,
      events: [],
      channels: [{ channel: 'memory:1' }],
    });
    const heard = once(socket, 'price_update');
    const published = await socket.emitWithAck('publish', {
      channel: 'memory:1',
      event: 'price_update',
      data: { new_price: '90 TL' },
    });
    expect(published).toMatchObject({ ok: true, data: { channel: 'memory:1', offset: 1 } });
    const { epoch, id } = published.data;
    expect(await heard).toEqual([
      { new_price: '90 TL' },
      { channel: 'memory:1', offset: 1, epoch, id, at: expect.any(Number) },
      expect.stringMatching(/^[0-9a-f]+\.[0-9a-z]+$/),
    ]);
  });
});

it('a client that polls, and would rather speak HTTP/2, is answered in what it polls', async () => {
  const { url } = await startServer();
  const socket = stockClient(url, {
    transports: ['polling'],
    extraHeaders: { connection: 'Upgrade', upgrade: 'h2c' },
  });
  await once(socket, 'connected');
  for (let n = 0; n < 3; n += 1) expect(await socket.emitWithAck('ping', {})).toMatchObject({ ok: true });
});

it('python-socketio hears what is published', async () => {
  const server = await startSocketIOServer();
  const program = `
import socketio, sys
def say(*words): sys.stdout.write(' '.join(map(str, words)) + '\\n'); sys.stdout.flush()
client = socketio.Client()
@client.on('price_update')
def heard(data, meta, cursor):
    say('heard', data['n'], meta['offset'], isinstance(cursor, str))
    if data['n'] == 3: client.disconnect()
client.connect('${server.url}', auth={'token': '${tokenFor('alice')}'}, transports=[sys.argv[1]])
answer = client.call('subscribe', {'channel': 'durable:1', 'since': sys.argv[2]})
say(answer['ok'], answer['recovered'], [event['data']['n'] for event in answer['events']])
say(client.call('publish', {'channel': 'durable:1', 'event': 'price_update', 'data': {'n': 2}})['ok'])
client.wait()
`;
  const { epoch } = await server.publish('durable:1', 'price_update', { n: 1 });
  for (const [index, transport] of ['websocket', 'polling'].entries()) {
    const since = `${epoch}:${index * 3}`;
    if (index > 0) await server.publish('durable:1', 'price_update', { n: 1 });
    const child = spawn('/usr/bin/python3', ['-c', program, transport, since]);
    onTeardown(() => void child.kill('SIGKILL'));
    const lines = new Inbox<string>('python-socketio');
    createInterface(child.stdout).on('line', (line) => lines.push(line));
    createInterface(child.stderr).on('line', (line) => lines.push(`stderr: ${line}`));
    const ended = new Promise((resolve) => child.on('exit', resolve));
    await lines.take((line) => line === `heard 2 ${index * 3 + 2} True`);
    await server.publish('durable:1', 'price_update', { n: 3 });
    expect(await ended).toBe(0);
    expect(lines.all.toSorted()).toEqual([
      'True',
      'True True [1]',
      `heard 2 ${index * 3 + 2} True`,
      `heard 3 ${index * 3 + 3} True`,
    ]);
  }
});
