import { join } from 'node:path';
import { ownWire } from './own.ts';
import { missingFile, type Peer, serverFile, startOwn, versionOf } from './peer.ts';

const BUN = join(import.meta.dirname, '../node_modules/bun/bin/bun.exe');

/** Bun's native publish. */
export const bun: Peer = {
  name: 'bun',
  title: `Bun ${versionOf('bun') ?? ''}`.trim(),
  transports: ['websocket'],
  missing: () => missingFile(BUN, 'npm'),
  async start(setup) {
    return { ...(await startOwn([BUN, serverFile('bun.mjs')])), wire: ownWire(setup) };
  },
};
