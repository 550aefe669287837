import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, listens, start, temporaryDirectory } from '../processes.ts';
import { CHANNEL, frame, PAYLOAD, upgrade } from '../wire.ts';
import { missingFile, type Peer } from './peer.ts';

const NATS = '/usr/sbin/nats-server';
const CONNECT = 'CONNECT {"verbose":false,"pedantic":false}\r\n';

/** nats-server, subscribers and publisher over its WebSocket. */
export const nats: Peer = {
  name: 'nats',
  title: 'NATS (nats-server)',
  transports: ['websocket'],
  missing: () => missingFile(NATS, 'nats-server'),
  async start() {
    const directory = temporaryDirectory();
    const [port, clients] = [await freePort(), await freePort()];
    const file = join(directory, 'nats.conf');
    writeFileSync(
      file,
      `listen: "127.0.0.1:${clients}"
ping_interval: "1h"
websocket { listen: "127.0.0.1:${port}", no_tls: true }
`,
    );
    const process = start('server', [NATS, '-c', file]);
    await listens(process, port);
    return {
      process,
      port,
      wire: {
        framing: { subscriber: 'ws', publisher: 'ws' },
        subscriber: [
          upgrade('/'),
          { send: frame(`${CONNECT}SUB bench.${CHANNEL} 1\r\nPING\r\n`, 'binary'), expect: 'PONG' },
        ],
        publisher: [upgrade('/'), { send: frame(`${CONNECT}PING\r\n`, 'binary'), expect: 'PONG' }],
        message: frame(`PUB bench.${CHANNEL} ${PAYLOAD.length}\r\n${PAYLOAD}\r\n`, 'binary'),
      },
    };
  },
};
