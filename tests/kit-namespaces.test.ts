import { describe, expect, it } from 'vitest';
import { defineKit, type Tidings, Type } from '../packages/server/src/kit.ts';
import { notes, open, type Tables } from './support/kit-parts.ts';
import { NativeClient } from './support/native-client.ts';
import { testToken } from './support/start-core.ts';
import { startKits } from './support/start-kits.ts';

describe('namespaces of a kit', () => {
  it('ask its rights function, which may use the database', async () => {
    const { url } = await startKits([
      defineKit<Tables>({
        name: 'notes',
        migrations: notes,
        namespaces: ({ db }) => ({
          note: {
            rights: {
              async subscribe({ rest }) {
                const row = await db
                  .selectFrom('notes')
                  .select('id')
                  .where('text', '=', rest)
                  .executeTakeFirst();
                return row !== undefined;
              },
            },
          },
        }),
        async onStart({ db }) {
          await db.insertInto('notes').values({ text: 'milk' }).execute();
        },
      }),
    ]);
    const client = await NativeClient.welcomed(url, { token: testToken('alice') });
    expect(await client.subscribe('note:milk', 'note:eggs')).toMatchObject([
      { channel: 'note:milk', recovered: false },
      { channel: 'note:eggs', error: { code: 'forbidden' } },
    ]);
  });

  it('may have a rights function that fails, which is told to the operator', async () => {
    const { url, errors } = await startKits([
      defineKit({
        name: 'notes',
        namespaces: { note: { rights: { subscribe: () => Promise.reject(new Error('no luck')) } } },
      }),
    ]);
    const client = await NativeClient.welcomed(url);
    expect((await client.ask('subscribe', { channels: ['note:1'] })).error?.code).toBe('internal');
    expect(errors).toMatchObject([{ message: 'no luck' }]);
  });

  it('say where a channel stands, and a client that goes on from there misses nothing', async () => {
    let tidings: Tidings | undefined;
    const { url } = await startKits([
      defineKit({
        name: 'notes',
        namespaces: { note: open },
        onStart(given) {
          tidings = given;
        },
      }),
    ]);
    const { offset, epoch } = await tidings!.publish({ channel: 'note:1', event: 'seen' });
    const position = await tidings!.positionOf('note:1');
    expect(position).toBe(`${epoch}:${offset}`);
    await tidings!.publish({ channel: 'note:1', event: 'missed' });
    const client = await NativeClient.welcomed(url);
    expect(await client.subscribe({ channel: 'note:1', since: position })).toMatchObject([
      { recovered: true, events: [{ event: 'missed' }] },
    ]);
    await expect(tidings!.positionOf('nothing:1')).rejects.toMatchObject({ code: 'unknown_namespace' });
  });

  it('refuse an event that does not fit its schema, wherever it is published', async () => {
    let tidings: Tidings | undefined;
    const { url } = await startKits([
      defineKit({
        name: 'notes',
        namespaces: { note: { ...open, events: { added: Type.Object({ text: Type.String() }) } } },
        onStart(given) {
          tidings = given;
        },
      }),
    ]);
    const client = await NativeClient.welcomed(url);
    const refused = await client.ask('publish', { channel: 'note:1', event: 'added', data: { text: 7 } });
    expect(refused.error).toMatchObject({ code: 'event_rejected', details: [{ path: '/text' }] });
    await expect(tidings?.publish({ channel: 'note:1', event: 'gone' })).rejects.toMatchObject({
      code: 'event_rejected',
    });
    const transaction = tidings?.transaction(({ publish }) => publish({ channel: 'note:1', event: 'gone' }));
    await expect(transaction).rejects.toMatchObject({ code: 'event_rejected' });
  });
});
