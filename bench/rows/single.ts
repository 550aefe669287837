import { nats } from '../peers/nats.ts';
import { nchan } from '../peers/nchan.ts';
import { socketio } from '../peers/socketio.ts';
import { ws } from '../peers/ws.ts';
import { closedLoop, everyPeer, FAN_OUT_COLUMNS, fanOut } from './fan-out.ts';
import { type Row, ratio } from './row.ts';

/** Goal 2: a quiet channel. */
export const single: Row = {
  name: 'single',
  title: 'One message at a time',
  about: '1,000 subscribers of one channel; the next message is sent when every subscriber has the last one.',
  columns: FAN_OUT_COLUMNS,
  plot: 'cpu',
  contestants: (scale) =>
    fanOut(everyPeer(), { subscribers: scale.subscribers, channels: 1 }, closedLoop(scale, 1)),
  verdicts: (median) => [
    ratio(
      2,
      'CPU per delivery, to the C program’s',
      median('tidings', 'cpu'),
      median('c', 'cpu'),
      'at most',
      1.2,
    ),
    ...[nchan, nats, socketio, ws].map((peer) =>
      ratio(
        2,
        `CPU per delivery, to ${peer.title}’s`,
        median('tidings', 'cpu'),
        median(peer.name, 'cpu'),
        'at most',
        1,
      ),
    ),
  ],
};
