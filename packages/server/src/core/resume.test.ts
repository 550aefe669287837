import { expect, it } from 'vitest';
import type { ResumedChannel } from './ports/transport.ts';
import { createTestCore, settled } from './testing/test-core.ts';

const open = { rights: { subscribe: 'anyone' } } as const;

const channel = (name: string, over: Partial<ResumedChannel> = {}): ResumedChannel => ({
  channel: name,
  from: 0,
  byRight: true,
  ...over,
});

/** Publishes, and gives the place of the event in the log of all. */
async function place(core: Awaited<ReturnType<typeof createTestCore>>, name: string, data: unknown) {
  await core.publish(name, data);
  return core.broker.head();
}

const cursorAt = (log: string, sequence: number) => `${log}.${sequence.toString(36)}`;

/** What a resume gave, channel by channel: the data of its events, or why there are none. */
function outcome({
  channels,
}: Awaited<ReturnType<Awaited<ReturnType<typeof createTestCore>>['host']['resume']>>) {
  return channels.map((each) => {
    if ('error' in each) return each.error.code;
    return each.recovered ? each.events.map(({ data }) => data) : 'gap';
  });
}

it('each channel goes on from the cursor, or from where it was followed when that is later', async () => {
  const core = await createTestCore({ namespaces: { room: open } });
  const { session } = core.connect();
  const cursor = await place(core, 'room:1', 'heard');
  await place(core, 'room:2', 'before it was followed');
  const from = core.broker.head();
  await place(core, 'room:1', 'missed');
  await place(core, 'room:2', 'missed too');
  const { host } = core;
  const resumed = await host.resume(
    session,
    [channel('room:1'), channel('room:2', { from })],
    cursorAt(host.log, cursor),
  );
  expect(outcome(resumed)).toEqual([['missed'], ['missed too']]);
});

it('a cursor that is no place of this log gives gaps, one that is none an error', async () => {
  const core = await createTestCore({ namespaces: { room: open } });
  const { session } = core.connect();
  const from = await place(core, 'room:1', 'x');
  const { host } = core;
  for (const cursor of [cursorAt('another', from), cursorAt(host.log, from + 1)])
    expect(outcome(await host.resume(session, [channel('room:1', { from })], cursor))).toEqual(['gap']);
  await expect(host.resume(session, [channel('room:1')], 'nonsense')).rejects.toMatchObject({
    code: 'bad_cursor',
  });
});

it('rights are asked again, except for what the server had the session follow', async () => {
  const core = await createTestCore({ namespaces: { room: { rights: { subscribe: 'nobody' } } } });
  const { session } = core.connect();
  const { host } = core;
  const cursor = cursorAt(host.log, core.broker.head());
  const channels = [channel('room:1'), channel('room:2', { byRight: false })];
  expect(outcome(await host.resume(session, channels, cursor))).toEqual(['forbidden', []]);
  expect(session.subscriptions.get('room:2')?.byRight).toBe(false);
});

it('what came into the past while it was read is none that a session has missed', async () => {
  const core = await createTestCore({ namespaces: { room: open } });
  const { session, say } = core.connect();
  core.broker.hold();
  say({ type: 'subscribe', id: 1, channels: ['room:1'] });
  await settled();
  const sequence = await place(core, 'room:1', 'meanwhile');
  core.broker.release();
  await settled();
  expect(session.subscriptions.get('room:1')?.from).toBe(sequence);
});
