import { channels } from './channels.ts';
import { deflate } from './deflate.ts';
import { durable, durableFanOut } from './durable.ts';
import { fanout } from './fanout.ts';
import { http } from './http.ts';
import { IDLE_ROWS } from './idle.ts';
import { inbound } from './inbound.ts';
import { paced } from './paced.ts';
import type { Row } from './row.ts';
import { single } from './single.ts';
import { slowReader } from './slow-reader.ts';
import { SOCKETIO_ROWS } from './socketio.ts';
import { SSE_ROWS } from './sse.ts';
import { storm } from './storm.ts';
import { watchers } from './watchers.ts';

/** Every row, in the order of the tables; neighbours share what is up. */
export const ROWS: readonly Row[] = [
  fanout,
  single,
  paced,
  channels,
  durable,
  durableFanOut,
  http,
  inbound,
  ...IDLE_ROWS,
  slowReader,
  ...SOCKETIO_ROWS,
  ...SSE_ROWS,
  deflate,
  storm,
  watchers,
];
