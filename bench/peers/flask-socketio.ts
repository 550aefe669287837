import { roomWire } from './engine-io.ts';
import { installed, missingFile, type Peer, serverFile, startOwn } from './peer.ts';

const PYTHON = installed('python/bin/python');

/** Flask-SocketIO on eventlet, in the Python environment of install-peers.sh. */
export const flaskSocketio: Peer = {
  name: 'flask-socketio',
  title: 'Flask-SocketIO + eventlet',
  transports: ['socketio'],
  missing: () => missingFile(PYTHON, 'flask-socketio'),
  async start() {
    return { ...(await startOwn([PYTHON, serverFile('flask_socketio_server.py')])), wire: roomWire() };
  },
};
