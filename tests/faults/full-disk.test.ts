/**
 * A full disk: coded answers, the process up, what needs no disk undisturbed, and everything as before once there is room.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { NativeClient } from '../support/native-client.ts';
import { readHistory } from '../support/read-history.ts';
import { spawnServer } from '../support/spawn-server.ts';
import { onTeardown } from '../support/teardown.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const DISK = 4 * 1024 * 1024;

/** A disk of its own, in memory; undefined where this user may not mount one. */
function smallDisk(): string | undefined {
  const directory = join(temporaryDirectory(), 'disk');
  mkdirSync(directory);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', directory], { stdio: 'pipe' });
  } catch {
    return undefined;
  }
  onTeardown(() => execFileSync('umount', ['-l', directory]));
  return directory;
}

/** Takes all the room there is. @returns what gives it back. */
function fill(disk: string): () => void {
  const file = join(disk, 'ballast');
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(file, Buffer.alloc(bavail * bsize));
  return () => rmSync(file);
}

it('is answered storage_full, and nothing that was acknowledged is lost', async (context) => {
  const disk = smallDisk();
  if (disk === undefined) return context.skip('Only root may mount the small disk that this needs.');
  const server = await spawnServer({
    data: join(disk, 'data'),
    config: {
      namespaces: {
        journal: { durable: true, history: { size: 10_000 }, rights: { subscribe: 'anyone' } },
        memory: { rights: { subscribe: 'anyone' } },
      },
    },
  });
  const api = new Api({ url: server.url, bearer: server.apiKey });
  const bystander = await NativeClient.welcomed(server.url);
  await bystander.subscribe('journal:a', 'memory:a');
  const data = 'x'.repeat(2000);
  const acknowledged: string[] = [];
  const publish = async (key: string) => {
    const answer = await api.post('/publish', { channel: 'journal:a', event: 'e', data, key });
    if (answer.status === 200) acknowledged.push(String(answer.body.id));
    return answer;
  };

  await publish('before');
  const free = fill(disk);
  let refused = await publish('first');
  // The file has some room inside itself before it must grow.
  for (let n = 0; refused.status === 200 && n < 5000; n += 1) refused = await publish(`filler ${n}`);
  expect(refused).toMatchObject({ status: 507, body: { code: 'storage_full' } });
  expect(await publish('while full')).toMatchObject({ status: 507, body: { code: 'storage_full' } });

  expect((await api.get('//healthz')).status).toBe(200);
  await api.publish('memory:a', 'unharmed');
  expect(await bystander.event(({ channel }) => channel === 'memory:a')).toMatchObject({ event: 'unharmed' });

  free();
  expect(await publish('while full')).toMatchObject({ status: 200 });
  expect(await publish('after')).toMatchObject({ status: 200 });
  const last = acknowledged.at(-1);
  await bystander.event(({ id }) => id === last);
  const heard = bystander.messages.all.filter(
    ({ type, channel }) => type === 'event' && channel === 'journal:a',
  );
  expect(heard.map(({ id }) => id)).toEqual(acknowledged);
  expect(heard.map(({ offset }) => offset)).toEqual(acknowledged.map((_, index) => index + 1));

  await server.kill('SIGKILL');
  await server.start();
  expect((await readHistory(api, 'journal:a')).map(({ id }) => id)).toEqual(acknowledged);
});

it('at the start is said', async (context) => {
  const disk = smallDisk();
  if (disk === undefined) return context.skip('Only root may mount the small disk that this needs.');
  fill(disk);
  await expect(spawnServer({ data: join(disk, 'data') })).rejects.toThrow(
    /ended instead of starting.*(full|space)/s,
  );
});
