import type { Socket } from 'node:net';
import { setFault, tally } from './tally.ts';

/** One connection to the server. */
export interface Client {
  readonly socket: Socket;
  readonly index: number;
  readonly publisher: boolean;
  step: number;
  state: 'opening' | 'ready' | 'stalled' | 'gone';
  headDone: boolean;
  /** What has come of a message that is not whole. */
  rest: Buffer | undefined;
  /** The number of the message it has to get next. */
  next: number;
  /** When it asked what is not answered yet, nanoseconds; 0 when there is none. */
  asked: number;
}

/** Ends a client that the server cut off or answered wrongly, and counts that. */
export function gone(client: Client, why: string): void {
  if (client.state === 'gone') return;
  setFault(why);
  if (client.state === 'opening') tally.count.failed++;
  else tally.count.closed++;
  client.state = 'gone';
  client.socket.destroy();
}

/** Cuts clients off; that counts as nothing. */
export function close(list: readonly Client[]): void {
  for (const client of list) {
    client.state = 'gone';
    client.socket.resetAndDestroy();
  }
}
