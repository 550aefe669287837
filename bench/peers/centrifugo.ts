import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, listens, start, temporaryDirectory } from '../processes.ts';
import { CHANNEL, frame, PAYLOAD, upgrade } from '../wire.ts';
import { installed, missingFile, type Peer } from './peer.ts';

const CENTRIFUGO = installed('centrifugo');
const ANYBODY = {
  allow_subscribe_for_client: true,
  allow_subscribe_for_anonymous: true,
  allow_publish_for_client: true,
  allow_publish_for_anonymous: true,
};

/** Centrifugo 6, its JSON protocol over WebSocket. */
export const centrifugo: Peer = {
  name: 'centrifugo',
  title: 'Centrifugo',
  transports: ['websocket'],
  missing: () => missingFile(CENTRIFUGO, 'centrifugo'),
  async start() {
    const port = await freePort();
    const file = join(temporaryDirectory(), 'config.json');
    writeFileSync(
      file,
      JSON.stringify({
        http_server: { address: '127.0.0.1', port: String(port) },
        log: { level: 'error' },
        client: { insecure: true, connection_limit: 0 },
        channel: { without_namespace: ANYBODY },
      }),
    );
    const process = start('server', [CENTRIFUGO, '--config', file]);
    await listens(process, port);
    const connect = [
      upgrade('/connection/websocket'),
      { send: frame('{"id":1,"connect":{}}'), expect: '"connect":{' },
    ];
    return {
      process,
      port,
      wire: {
        framing: { subscriber: 'ws', publisher: 'ws' },
        subscriber: [
          ...connect,
          { send: frame(`{"id":2,"subscribe":{"channel":"${CHANNEL}"}}`), expect: '"subscribe":{' },
        ],
        publisher: connect,
        message: frame(`{"id":3,"publish":{"channel":"${CHANNEL}","data":${PAYLOAD}}}`),
      },
    };
  },
};
