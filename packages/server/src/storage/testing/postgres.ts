import { execFileSync } from 'node:child_process';
import { chownSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A PostgreSQL server of one test file's own. */
export interface TestPostgres {
  readonly url: string;
  stop(): void;
}

/**
 * Starts a PostgreSQL server that listens on a socket file only, so that no port can be taken.
 *
 * @throws Error when PostgreSQL is not installed.
 */
export function startPostgres(): TestPostgres {
  const bin = globSync('/usr/lib/postgresql/*/bin').sort().at(-1);
  if (!bin) throw new Error('PostgreSQL is not installed (Debian: apt-get install postgresql).');
  const directory = mkdtempSync(join(tmpdir(), 'tidings-pg-'));
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: id('-u'), gid: id('-g') } : {};
  if (user.uid !== undefined) chownSync(directory, user.uid, user.gid);
  const run = (program: string, ...args: string[]) =>
    execFileSync(join(bin, program), args, { ...user, cwd: directory, stdio: 'ignore' });
  const data = join(directory, 'data');
  run('initdb', '-D', data, '-U', 'tidings', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C');
  const options = `-c listen_addresses= -c unix_socket_directories=${directory} -c fsync=off`;
  run('pg_ctl', '-D', data, '-w', '-l', join(directory, 'log'), '-o', options, 'start');
  return {
    url: `postgres://tidings@localhost/postgres?host=${directory}`,
    stop() {
      run('pg_ctl', '-D', data, '-m', 'immediate', 'stop');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function id(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres']).toString());
}
