import { bun } from './bun.ts';
import { c, cCoalescing } from './c.ts';
import { centrifugo } from './centrifugo.ts';
import { flaskSocketio } from './flask-socketio.ts';
import { mosquitto } from './mosquitto.ts';
import { nats } from './nats.ts';
import { nchan } from './nchan.ts';
import { node } from './node.ts';
import { nodeHttp } from './node-http.ts';
import type { Peer } from './peer.ts';
import { socketio } from './socketio.ts';
import { sqlite } from './sqlite.ts';
import { tidings } from './tidings.ts';
import { ws } from './ws.ts';

/** Every peer, in the order of the tables. */
export const PEERS: readonly Peer[] = [
  tidings,
  c,
  cCoalescing,
  node,
  bun,
  nchan,
  nats,
  centrifugo,
  mosquitto,
  ws,
  socketio,
  flaskSocketio,
  nodeHttp,
  sqlite,
];
