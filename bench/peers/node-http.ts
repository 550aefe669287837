import { PAYLOAD, post } from '../wire.ts';
import { type Peer, serverFile, startOwn } from './peer.ts';

/** Bare node:http: parses the same JSON, and answers. */
export const nodeHttp: Peer = {
  name: 'node-http',
  title: 'bare node:http',
  transports: ['http'],
  missing: () => undefined,
  async start() {
    return {
      ...(await startOwn([process.execPath, serverFile('node-http.ts')])),
      wire: {
        framing: { subscriber: 'ws', publisher: 'http' },
        subscriber: [],
        publisher: [],
        message: post('/api/v1/publish', `{"channel":"bench:CCCCCC","event":"tick","data":${PAYLOAD}}`),
        success: '"offset":',
      },
    };
  },
};
