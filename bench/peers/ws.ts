import { frame, PAYLOAD, upgrade } from '../wire.ts';
import { ownWire } from './own.ts';
import { missingPackage, type Peer, serverFile, startOwn, versionOf } from './peer.ts';

/** The library `ws`: `send` to each client of a channel. */
export const ws: Peer = {
  name: 'ws',
  title: `ws ${versionOf('ws') ?? ''}`.trim(),
  transports: ['websocket', 'command'],
  compresses: true,
  missing: () => missingPackage('ws'),
  async start(setup) {
    const mode = setup.transport === 'command' ? 'echo' : setup.compressed ? 'deflate' : 'plain';
    const started = await startOwn([process.execPath, serverFile('ws.mjs'), mode]);
    const wire =
      mode === 'echo'
        ? {
            ...ownWire(setup),
            publisher: [upgrade('/echo')],
            message: frame(`{"type":"echo","id":1,"data":${PAYLOAD}}`),
            success: '"ok":true',
          }
        : ownWire(setup);
    return { ...started, wire };
  },
};
