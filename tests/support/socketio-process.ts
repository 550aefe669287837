import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { PublishReceipt } from '../../packages/server/src/core/ports/broker.ts';
import { onTeardown } from './teardown.ts';

/** What it tells its parent. */
type Message = { readonly port: number } | { readonly id: number; readonly receipt: PublishReceipt };

/** A server that speaks Socket.IO alone, in a process of its own that a test kills. */
export class SocketIOProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<PublishReceipt>>();
  #count = 0;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    child.on('message', (message: Message) => {
      if ('receipt' in message) this.#waiting.get(message.id)?.resolve(message.receipt);
    });
    child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The server was killed.'));
    });
  }

  /** Starts one and waits until it listens; it is killed with the test. */
  static async start(data: string, port = 0): Promise<SocketIOProcess> {
    const child = fork(new URL('socketio-main.ts', import.meta.url), [data, String(port)], {
      execArgv: ['--conditions=source'],
    });
    onTeardown(() => void child.kill('SIGKILL'));
    const ready = once(child, 'message');
    const ended = once(child, 'exit').then(() => {
      throw new Error('The server ended instead of starting.');
    });
    const [message] = (await Promise.race([ready, ended])) as [{ port: number }];
    ended.catch(() => {});
    return new SocketIOProcess(child, message.port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Publishes; rejects when the process is killed before it has acknowledged. */
  publish(channel: string, event: string): Promise<PublishReceipt> {
    const id = this.#count++;
    const waiting = Promise.withResolvers<PublishReceipt>();
    this.#waiting.set(id, waiting);
    if (this.#child.connected) this.#child.send({ id, channel, event });
    else waiting.reject(new Error('The server was killed.'));
    return waiting.promise.finally(() => this.#waiting.delete(id));
  }

  /** As `kill -9`. */
  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
