import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { Inbox } from '../support/inbox.ts';
import { member } from '../support/start-rooms.ts';
import { onTeardown } from '../support/teardown.ts';
import type { Command } from './toolchains.ts';

/** One step of a phone, when the virtual machine that it runs on has to start first, milliseconds. */
export const STEP = 30_000;

/** A line that a phone prints. */
interface Line {
  readonly type: string;
  readonly message?: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly code?: string;
  readonly why?: string;
}

interface PhoneOptions {
  readonly url: string;
  /** What it keeps. */
  readonly folder: string;
  /** @default a member's */
  readonly token?: string;
  /** Milliseconds. @default the phone's own */
  readonly ackTimeout?: number;
}

/** A phone of examples/clients in the room `general`, in a process of its own, killed when the test ends. */
export class Phone {
  readonly said = new Inbox<Line>('phone');
  readonly ended: Promise<number | null>;
  log = '';
  readonly #child: ChildProcess;

  constructor(
    [program, ...args]: Command,
    { url, folder, token = member('phone'), ackTimeout }: PhoneOptions,
  ) {
    const child = spawn(program, [...args, folder, 'general'], {
      stdio: 'pipe',
      env: {
        PATH: process.env.PATH,
        TIDINGS_URL: url,
        TIDINGS_TOKEN: token,
        PHONE_MAX_DELAY: '300',
        ...(ackTimeout === undefined ? {} : { PHONE_ACK_TIMEOUT: String(ackTimeout) }),
      },
    });
    this.#child = child;
    child.stderr.on('data', (chunk: Buffer) => {
      this.log += chunk.toString();
    });
    createInterface(child.stdout).on('line', (line) => this.said.push(JSON.parse(line)));
    this.ended = once(child, 'close').then(([code]) => code as number | null);
    onTeardown(() => this.kill());
  }

  write(...messages: readonly string[]): void {
    this.#child.stdin?.write(messages.map((message) => `${message}\n`).join(''));
  }

  async says(type: string, match: (line: Line) => boolean = () => true): Promise<Line> {
    return this.said
      .take((line) => line.type === type && match(line), STEP)
      .catch((fault: Error) => {
        throw new Error(`${fault.message}\n${JSON.stringify(this.said.all.slice(-20))}\n${this.log}`);
      });
  }

  async saysAll(type: string, messages: readonly string[]): Promise<void> {
    for (const text of messages) expect((await this.says(type)).message).toBe(text);
  }

  async hears(text: string): Promise<void> {
    await this.says('message', ({ payload }) => payload?.message === text);
  }

  /** What it was told of in the room, in its order. */
  get heard(): readonly unknown[] {
    return this.said.all.filter(({ type }) => type === 'message').map(({ payload }) => payload?.message);
  }

  /** The user ends it. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    expect(await this.ended, this.log).toBe(0);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}
