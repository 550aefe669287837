import { closedLoop, everyPeer, FAN_OUT_COLUMNS, fanOut } from './fan-out.ts';
import { type Row, ratio } from './row.ts';

/** Goal 1: a busy channel. */
export const fanout: Row = {
  name: 'fanout',
  title: 'Many in flight',
  about:
    '1,000 subscribers of one channel, 32 messages in flight: a message is done when every subscriber has it.',
  columns: FAN_OUT_COLUMNS,
  plot: 'cpu',
  contestants: (scale) =>
    fanOut(everyPeer(), { subscribers: scale.subscribers, channels: 1 }, closedLoop(scale, scale.inFlight)),
  verdicts: (median) => [
    ratio(1, 'CPU per delivery, to Bun’s', median('tidings', 'cpu'), median('bun', 'cpu'), 'at most', 1),
    ratio(1, 'CPU per delivery, to NATS’s', median('tidings', 'cpu'), median('nats', 'cpu'), 'at most', 0.5),
    ratio(
      1,
      'CPU per delivery, to Socket.IO’s',
      median('tidings', 'cpu'),
      median('socketio', 'cpu'),
      'at most',
      0.05,
    ),
  ],
};
