import { bun } from '../peers/bun.ts';
import { mosquitto } from '../peers/mosquitto.ts';
import { nats } from '../peers/nats.ts';
import { nchan } from '../peers/nchan.ts';
import { socketio } from '../peers/socketio.ts';
import { ws } from '../peers/ws.ts';
import { closedLoop, everyPeer, FAN_OUT_COLUMNS, fanOut } from './fan-out.ts';
import { type Row, ratio } from './row.ts';

/** The C program that writes at once; the other one is the same where a message has one subscriber. */
const FLOOR = 'c';

/** Goal 3: many channels with one subscriber each. */
export const channels: Row = {
  name: 'channels',
  title: '1,000 channels with one subscriber each',
  about:
    '1,000 subscribers, each of a channel of its own; messages go to one channel after the other, 32 in flight.',
  columns: FAN_OUT_COLUMNS,
  plot: 'cpu',
  contestants: (scale) =>
    fanOut(
      everyPeer(),
      { subscribers: scale.channels, channels: scale.channels },
      closedLoop(scale, scale.inFlight),
    ),
  verdicts: (median) => [
    ratio(
      3,
      'CPU per delivery, to the C program’s',
      median('tidings', 'cpu'),
      median(FLOOR, 'cpu'),
      'at most',
      1.2,
    ),
    ...[bun, mosquitto, nats, nchan, socketio, ws].map((peer) =>
      ratio(
        3,
        `CPU per delivery, to ${peer.title}’s`,
        median('tidings', 'cpu'),
        median(peer.name, 'cpu'),
        'at most',
        1,
      ),
    ),
  ],
};
