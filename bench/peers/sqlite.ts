import { type Peer, serverFile } from './peer.ts';

/** Not a server: a bare loop that commits the journal's rows with node:sqlite, in groups. */
export const sqlite: Peer = {
  name: 'sqlite',
  title: 'bare node:sqlite, group commit',
  transports: [],
  missing: () => undefined,
  start: () => Promise.reject(new Error('a loop has no clients')),
};

/** The loop: `node FILE DATABASE GROUP`, told how many seconds to run, a line each; answers how many rows it has committed. */
export const SQLITE_LOOP: string = serverFile('sqlite-loop.ts');
