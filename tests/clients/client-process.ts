import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Heard, Hearing } from '../support/hearing.ts';
import type { ChannelAnswer } from '../support/native-client.ts';
import type { Mark } from '../support/publishers.ts';
import { onTeardown } from '../support/teardown.ts';
import type { Command } from './toolchains.ts';

/** A line that a client prints; the one of curl prints what the stream says. */
type Line =
  | ({ readonly type: 'event' } & Heard)
  | { readonly type: 'gap'; readonly channel: string; readonly position: string }
  | (Omit<Heard, 'data'> & { readonly payload: Mark })
  | { readonly channels: readonly ChannelAnswer[] };

/** Where a client connects, and as whom. */
export interface ClientOptions {
  readonly url: string;
  readonly token: string;
  readonly channels: readonly string[];
}

/** A client of docs/clients in a process of its own, killed when the test ends. */
export class ClientProcess {
  readonly hearing = new Hearing();
  /** What it wrote to stderr. */
  log = '';
  /** Its exit code; `null` when a signal killed it. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor([program, ...args]: Command, { url, token, channels }: ClientOptions) {
    const child = spawn(program, [...args, ...channels], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TIDINGS_URL: url, TIDINGS_TOKEN: token },
    });
    this.#child = child;
    child.stderr.on('data', (chunk: Buffer) => {
      this.log += chunk.toString();
    });
    createInterface(child.stdout).on('line', (line) => this.#read(JSON.parse(line) as Line));
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    this.ended.catch(() => {});
    onTeardown(async () => {
      child.kill('SIGKILL');
      await this.ended;
    });
  }

  /** Asks it to end, and waits until it has. */
  stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }

  #read(line: Line): void {
    const { hearing } = this;
    if ('channels' in line) {
      for (const { channel, position, recovered } of line.channels)
        if (position !== undefined && !recovered) hearing.told(channel, position);
    } else if ('payload' in line) {
      const { payload, ...meta } = line;
      hearing.heard({ ...meta, data: payload });
    } else if (line.type === 'gap') {
      hearing.told(line.channel, line.position);
    } else {
      hearing.heard(line);
    }
  }
}
