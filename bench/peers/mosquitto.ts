import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, listens, start, temporaryDirectory } from '../processes.ts';
import { CHANNEL, frame, PAYLOAD, type Step, SUBSCRIBER, upgrade } from '../wire.ts';
import { missingFile, type Peer } from './peer.ts';

const MOSQUITTO = '/usr/sbin/mosquitto';

/** mosquitto, MQTT 3.1.1 over its WebSocket, QoS 0. */
export const mosquitto: Peer = {
  name: 'mosquitto',
  title: 'mosquitto (MQTT)',
  transports: ['websocket'],
  missing: () => missingFile(MOSQUITTO, 'mosquitto'),
  async start() {
    const [port, plain] = [await freePort(), await freePort()];
    const file = join(temporaryDirectory(), 'mosquitto.conf');
    writeFileSync(
      file,
      // Debian's version does not start with a listener for WebSockets alone.
      `listener ${plain} 127.0.0.1
listener ${port} 127.0.0.1
protocol websockets
allow_anonymous true
persistence false
log_type error
set_tcp_nodelay true
max_queued_messages 0
user root
`,
    );
    const process = start('server', [MOSQUITTO, '-c', file]);
    await listens(process, port);
    const topic = text(`bench/${CHANNEL}`);
    return {
      process,
      port,
      wire: {
        framing: { subscriber: 'ws', publisher: 'ws' },
        subscriber: [
          ...connect('s'),
          {
            send: packet(0x82, Buffer.from([0, 1]), topic, Buffer.from([0])),
            expect: Buffer.from([0x90, 3, 0, 1, 0]),
          },
        ],
        publisher: connect('p'),
        message: packet(0x30, topic, Buffer.from(PAYLOAD)),
      },
    };
  },
};

const LEVEL = 4;
const CLEAN_SESSION = 2;
const NO_KEEP_ALIVE = [0, 0];

function connect(kind: string): readonly Step[] {
  const header = Buffer.from([LEVEL, CLEAN_SESSION, ...NO_KEEP_ALIVE]);
  return [
    upgrade('/mqtt', { headers: { 'Sec-WebSocket-Protocol': 'mqtt' } }),
    {
      send: packet(0x10, text('MQTT'), header, text(kind + SUBSCRIBER)),
      expect: Buffer.from([0x20, 2, 0, 0]),
    },
  ];
}

/** A control packet of less than 16 KB in a frame of its own. */
function packet(type: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7];
  return frame(Buffer.concat([Buffer.from([type, ...length]), body]), 'binary');
}

function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([0, value.length]), Buffer.from(value)]);
}
