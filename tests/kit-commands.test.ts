import { describe, expect, it } from 'vitest';
import {
  type CommandDefinition,
  defineCommand,
  defineKit,
  TidingsError,
  type TSchema,
  Type,
} from '../packages/server/src/kit.ts';
import { NativeClient } from './support/native-client.ts';
import { testIdentity, testToken } from './support/start-core.ts';
import { startKits } from './support/start-kits.ts';

describe('commands of a kit', () => {
  const kit = defineKit({
    name: 'greetings',
    commands: ({ log }) => [
      defineCommand({
        name: 'greet',
        summary: 'Greets.',
        authenticated: true,
        data: Type.Object({ whom: Type.String() }),
        handle({ whom }, { identity }) {
          if (whom === 'nobody') throw new TidingsError('invalid_request', 'Greet somebody.');
          log.info({ whom }, 'greeted');
          return { text: `Hello ${whom}, says ${identity.user}` };
        },
      }),
      defineCommand({
        name: 'break',
        summary: 'Breaks.',
        data: Type.Object({}),
        handle() {
          throw new Error('broken');
        },
      }),
    ],
  });

  it('are checked, run and answered as any other', async () => {
    const { url, logged, errors } = await startKits([kit]);
    const client = await NativeClient.welcomed(url, { token: testToken('alice') });
    const greet = (data: object) => client.ask('greet', { data });
    expect(await greet({ whom: 'Bob' })).toMatchObject({ ok: true, data: { text: 'Hello Bob, says alice' } });
    expect(await greet({ whom: 7 })).toMatchObject({
      error: { code: 'invalid_request', details: [{ path: '/whom' }] },
    });
    expect(await greet({ whom: 'nobody' })).toMatchObject({ error: { message: 'Greet somebody.' } });
    const stranger = await NativeClient.welcomed(url);
    expect((await stranger.ask('greet', { data: { whom: 'Bob' } })).error?.code).toBe('unauthenticated');
    expect((await client.ask('break')).error?.code).toBe('internal');
    expect(errors).toMatchObject([{ message: 'broken' }]);
    expect(logged).toContainEqual(expect.objectContaining({ kit: 'greetings', whom: 'Bob', msg: 'greeted' }));
  });

  it('work without a live connection', async () => {
    const { core } = await startKits([kit]);
    const caller = { identity: testIdentity('alice'), session: undefined };
    const { reply } = await core.dispatch.run({ name: 'greet', data: { whom: 'Bob' } }, caller);
    expect(reply).toMatchObject({ ok: true, data: { text: 'Hello Bob, says alice' } });
  });

  it('know whether their answer is waited for', async () => {
    const seen: (readonly [unknown, boolean])[] = [];
    const asked = defineCommand({
      name: 'asked',
      summary: 'Notes whether it is waited for.',
      data: Type.Object({ n: Type.Integer() }),
      handle({ n }, { awaited }) {
        seen.push([n, awaited]);
        return {};
      },
    });
    const { url, core } = await startKits([defineKit({ name: 'asking', commands: [asked] })]);
    const client = await NativeClient.welcomed(url);
    client.send({ type: 'asked', data: { n: 1 } });
    await client.ask('asked', { data: { n: 2 } });
    await core.dispatch.run(
      { name: 'asked', data: { n: 3 } },
      { identity: testIdentity('alice'), session: undefined },
    );
    expect(seen).toEqual([
      [1, false],
      [2, true],
      [3, true],
    ]);
  });

  it('may be further forms of a command that is there, told apart by their schemas', async () => {
    const named = (form: string, data: TSchema, more: Partial<CommandDefinition> = {}) =>
      defineCommand({ name: 'greet', summary: 'Greets.', data, handle: () => ({ form }), ...more });
    const byId = named('id', Type.Object({ id: Type.Integer() }), { form: true, authenticated: true });
    const byTown = named('town', Type.Object({ town: Type.String() }), { form: true });
    const { url } = await startKits([kit, defineKit({ name: 'forms', commands: [byId, byTown] })]);
    const client = await NativeClient.welcomed(url, { token: testToken('alice') });
    const greet = (data: object) => client.ask('greet', { data });
    expect(await greet({ whom: 'Bob' })).toMatchObject({ data: { text: 'Hello Bob, says alice' } });
    expect(await greet({ id: 7 })).toMatchObject({ ok: true, data: { form: 'id' } });
    expect(await greet({ town: 'İzmir' })).toMatchObject({ ok: true, data: { form: 'town' } });
    // What fits none is told what the first form asks for.
    expect(await greet({ id: 'seven' })).toMatchObject({
      error: { code: 'invalid_request', details: [{ path: '', message: expect.stringContaining('whom') }] },
    });
    const stranger = await NativeClient.welcomed(url);
    expect((await stranger.ask('greet', { data: { id: 7 } })).error?.code).toBe('unauthenticated');
    expect(await stranger.ask('greet', { data: { town: 'İzmir' } })).toMatchObject({ ok: true });
  });

  it.each([
    ['of a command that is not there', { name: 'nothing' }, 'command "nothing" is not there'],
    ['that is live where the command is not', { live: true }, 'must be "live" if and only if that is'],
    ['that is exclusive where the command is not', { exclusive: true }, 'must be "exclusive"'],
  ])('refuse a form %s', async (_, given, message) => {
    const form = defineCommand({
      name: 'greet',
      summary: 'Greets.',
      data: Type.Object({}),
      form: true,
      handle: () => ({}),
      ...given,
    });
    await expect(startKits([kit, defineKit({ name: 'forms', commands: [form] })])).rejects.toThrow(message);
  });
});
