import { tidings } from '../peers/tidings.ts';
import { ws } from '../peers/ws.ts';
import { closedLoop, FAN_OUT_COLUMNS, fanOut } from './fan-out.ts';
import { type Row, ratio } from './row.ts';

/** Goal 11: compression. */
export const deflate: Row = {
  name: 'deflate',
  title: 'permessage-deflate',
  about:
    'Many in flight, with clients that ask for compression. A compressed message is known by its place alone: messages are counted, their content is not read.',
  columns: [...FAN_OUT_COLUMNS, { key: 'bytes', title: 'bytes per delivery', digits: 0 }],
  plot: 'cpu',
  contestants: (scale) =>
    fanOut(
      [tidings, ws].flatMap((peer) => [
        { peer, transport: 'websocket', title: `${peer.title}, plain` } as const,
        {
          peer,
          transport: 'websocket',
          compressed: true,
          id: `${peer.name}-deflate`,
          title: `${peer.title}, compressed`,
        } as const,
      ]),
      { subscribers: scale.subscribers, channels: 1 },
      closedLoop(scale, scale.inFlight),
    ),
  verdicts: (median) => [
    ratio(
      11,
      'CPU per delivery, to uncompressed',
      median('tidings-deflate', 'cpu'),
      median('tidings', 'cpu'),
      'at most',
      1.15,
    ),
    // Without this the row would be met by not compressing.
    ratio(
      11,
      'bytes per delivery, to uncompressed',
      median('tidings-deflate', 'bytes'),
      median('tidings', 'bytes'),
      'at most',
      0.95,
    ),
  ],
};
