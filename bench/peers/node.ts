import { ownWire } from './own.ts';
import { type Peer, serverFile, startOwn } from './peer.ts';

/** The least that Node can do: a frame built once for each event, one write per subscriber and tick. */
export const node: Peer = {
  name: 'node',
  title: `bare Node ${process.versions.node.split('.')[0]}`,
  transports: ['websocket', 'sse'],
  missing: () => undefined,
  async start(setup) {
    return { ...(await startOwn([process.execPath, serverFile('node.ts')])), wire: ownWire(setup) };
  },
};
