import { roomWire } from './engine-io.ts';
import { missingPackage, type Peer, serverFile, startOwn, versionOf } from './peer.ts';

/** The socket.io server: `io.to(room).emit`. */
export const socketio: Peer = {
  name: 'socketio',
  title: `Socket.IO ${versionOf('socket.io') ?? ''}`.trim(),
  transports: ['socketio'],
  missing: () => missingPackage('socket.io'),
  async start() {
    return { ...(await startOwn([process.execPath, serverFile('socketio.mjs')])), wire: roomWire() };
  },
};
