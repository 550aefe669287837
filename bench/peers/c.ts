import { compiled } from '../compile.ts';
import { ownWire } from './own.ts';
import { type Peer, startOwn } from './peer.ts';

const SOURCE = 'peers/servers/epoll.c';

function program(name: string, title: string, args: readonly string[]): Peer {
  return {
    name,
    title,
    transports: ['websocket'],
    missing: () => (compiled(SOURCE) ? undefined : 'not built: there is no C compiler'),
    async start(setup) {
      const path = compiled(SOURCE);
      if (!path) throw new Error('there is no C compiler');
      return { ...(await startOwn([path, ...args])), wire: ownWire(setup) };
    },
  };
}

/** The kernel's limit: epoll, and one write(2) for each message and subscriber. */
export const c = program('c', 'C, epoll, write(2) each', []);

/** The same with one write for all messages of a turn. */
export const cCoalescing = program('c-coalescing', 'C, epoll, coalescing', ['coalesce']);
