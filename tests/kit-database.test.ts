import { describe, expect, it } from 'vitest';
import { defineCommand, defineKit, TidingsError, Type } from '../packages/server/src/kit.ts';
import { Api } from './support/api.ts';
import { notes, open, type Tables } from './support/kit-parts.ts';
import { NativeClient } from './support/native-client.ts';
import { startKits } from './support/start-kits.ts';

describe('the database of a kit', () => {
  const kit = defineKit<Tables>({
    name: 'notes',
    migrations: notes,
    namespaces: { note: open },
    commands: (tidings) => [
      defineCommand({
        name: 'add',
        summary: 'Adds a note.',
        data: Type.Object({ text: Type.String() }),
        handle: ({ text }) =>
          tidings.transaction(async ({ db, publish }) => {
            await db.insertInto('notes').values({ text }).execute();
            await publish({ channel: 'note:all', event: 'added', data: { text } });
            if (text === 'bad') throw new TidingsError('forbidden', 'Not that.');
            return db
              .selectFrom('notes')
              .select(({ fn }) => fn.countAll<number>().as('count'))
              .executeTakeFirstOrThrow();
          }),
      }),
    ],
  });

  it('commits what is written and what is published together', async () => {
    const { url } = await startKits([kit]);
    const client = await NativeClient.welcomed(url);
    await client.subscribe('note:all');
    expect((await client.ask('add', { data: { text: 'bad' } })).error?.message).toBe('Not that.');
    expect((await client.ask('add', { data: { text: 'good' } })).data).toEqual({ count: 1 });
    expect(await client.event()).toMatchObject({ event: 'added', data: { text: 'good' }, offset: 1 });
  });

  it('remembers what a transaction has answered for a day', async () => {
    const DAY = 24 * 60 * 60 * 1000;
    let written = 0;
    const counting = defineKit({
      name: 'counting',
      routes(app, tidings) {
        app.post('/count', { schema: { summary: 'Counts.' } }, () =>
          tidings.transaction(async () => ({ count: ++written }), {
            answers: { name: 'POST /count', key: 'k', data: null, identity: { user: 'alice' } },
          }),
        );
      },
    });
    const { url, clock } = await startKits([counting]);
    const count = async () => (await new Api({ url, bearer: undefined }).post('/count')).body.count;
    expect([await count(), await count()]).toEqual([1, 1]);
    clock.advance(DAY - 1);
    expect(await count()).toBe(1);
    clock.advance(1);
    expect([await count(), await count()]).toEqual([2, 2]);
  });
});
