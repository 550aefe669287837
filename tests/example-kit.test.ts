import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import polls from '../examples/kit/polls.ts';
import { JWT_SECRET } from './support/credentials.ts';
import { NativeClient } from './support/native-client.ts';
import { prepareServer } from './support/spawn-server.ts';
import { testToken } from './support/start-core.ts';
import { startKits } from './support/start-kits.ts';

const ROOT = join(import.meta.dirname, '..');
const README = join(ROOT, 'examples/kit/README.md');

/** The address that the README takes for granted. */
const ADDRESS = '127.0.0.1:3000';

/** Stands between the outputs of two blocks. */
const MARK = '=== next block ===';

/** Commands, and the output that stands below them. */
interface Block {
  readonly commands: string;
  readonly output?: string;
}

function blocks(markdown: string): readonly Block[] {
  const pattern = /```sh\n(?<commands>.*?)```\n(?:\n```text\n(?<output>.*?)```\n)?/gs;
  return [...markdown.matchAll(pattern)].map(({ groups }) => groups as unknown as Block);
}

it('the tour of the example kit says what happens', async () => {
  const [start, ...rest] = blocks(readFileSync(README, 'utf8'));
  const [, ...starting] = start?.commands.trim().split(' ') ?? [];
  expect(starting.slice(0, 2)).toEqual(['tidings', 'start']);
  const server = await prepareServer({ arguments: starting.slice(2) });
  await server.start();
  const script = rest.map(({ commands }) => `${commands}\necho; echo '${MARK}'`).join('\n');
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-euo', 'pipefail', '-c', script.replaceAll(ADDRESS, new URL(server.url).host)],
    { cwd: ROOT, env: { ...process.env, TIDINGS_DATA: server.data, TIDINGS_AUTH_SECRET: JWT_SECRET } },
  );
  const outputs = stdout.split(MARK).slice(0, -1);
  expect(outputs.map((output) => output.trim())).toEqual(rest.map(({ output }) => output?.trim()));
}, 60_000);

it('the example kit ends a poll whose time is over, and takes no vote after it', async () => {
  const { url, clock } = await startKits([polls]);
  const alice = await NativeClient.welcomed(url, { token: testToken('alice') });
  const question = { question: 'Now?', options: ['yes', 'no'], minutes: 1 };
  expect((await alice.ask('create_poll', { data: question })).data).toEqual({ poll: 1, channel: 'poll:1' });
  await alice.subscribe('poll:1');
  const vote = (option: string) => alice.ask('vote', { data: { poll: 1, option } });
  await vote('yes');
  expect((await vote('no')).data).toEqual({ tally: { yes: 0, no: 1 } });
  expect((await vote('maybe')).error?.code).toBe('invalid_request');
  const ended = () => alice.messages.all.find(({ event }) => event === 'ended');
  clock.advance(59_000);
  const turns = expect.poll(() => {
    clock.advance(10_000);
    return ended();
  });
  await turns.toMatchObject({ offset: 3, data: { tally: { yes: 0, no: 1 } } });
  expect((await vote('yes')).error?.message).toBe('This poll has ended.');
});
