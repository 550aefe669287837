import { describe, expect, it } from 'vitest';
import { nativeDialect } from '../dialects/native.ts';
import { follow, following, publish } from './testing/following.ts';
import { createTestCore, settled } from './testing/test-core.ts';

describe('fan-out', () => {
  it('one write a connection a tick, whatever the number of events and channels', async () => {
    const core = await following('room:1', 'room:2');
    const before = core.client.connection.batches.length;
    await publish(core, 'room:1', 'room:2', 'room:2', 'room:1');
    expect(core.client.connection.batches).toHaveLength(before);
    await settled();
    expect(core.client.connection.batches).toHaveLength(before + 1);
    expect(core.client.connection.data()).toEqual([1, 2, 3, 4]);
  });

  it('the same bytes for all who hear the same, encoded once', async () => {
    const core = await createTestCore();
    let encoded = 0;
    const dialect = {
      ...nativeDialect,
      encodeEvent: (event: Parameters<typeof nativeDialect.encodeEvent>[0]) => {
        encoded += 1;
        return nativeDialect.encodeEvent(event);
      },
    };
    const wire = { dialect, frame: (text: string) => Buffer.from(text) };
    const clients = Array.from({ length: 50 }, () => core.connect({ wire }));
    await Promise.all(clients.map((client) => follow(client, 1, 'room:1', 'room:2')));
    await publish(core, 'room:1', 'room:2', 'room:1');
    await settled();
    expect(encoded).toBe(3);
    const last = clients.map(({ connection }) => connection.batches.at(-1));
    expect(new Set(last.map((batch) => batch?.joined())).size).toBe(1);
    expect(last[0]?.frames()).toHaveLength(3);
  });

  it('order across channels is that of the log, also where two sessions share but one channel', async () => {
    const core = await following('room:1', 'room:2', 'room:3');
    const other = core.connect();
    await follow(other, 1, 'room:2');
    await publish(core, 'room:1', 'room:2', 'room:3', 'room:2', 'room:1');
    await settled();
    expect(core.client.connection.data()).toEqual([1, 2, 3, 4, 5]);
    expect(other.connection.data()).toEqual([2, 4]);
  });

  it('a reply stands among events where it belongs', async () => {
    const core = await following('room:1');
    await core.publish('room:1', 'before');
    core.client.say({ type: 'ping', id: 2 });
    await core.publish('room:1', 'after');
    await settled();
    const heard = core.client.connection.heard.slice(-3).map(({ type, data }) => data ?? type);
    expect(heard).toEqual(['before', 'pong', 'after']);
  });

  it('a dialect without a form for an event leaves it out', async () => {
    const core = await createTestCore();
    const dialect = { ...nativeDialect, encodeEvent: () => undefined };
    const client = core.connect({ wire: { dialect, frame: (text: string) => Buffer.from(text) } });
    await follow(client, 1, 'room:1');
    const before = client.connection.batches.length;
    await publish(core, 'room:1');
    await settled();
    expect(client.connection.batches).toHaveLength(before);
  });
});
