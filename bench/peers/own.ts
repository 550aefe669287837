import { CHANNEL, eventStream, frame, PAYLOAD, upgrade, type Wire } from '../wire.ts';
import type { Setup } from './peer.ts';

/**
 * How the bench's own servers are spoken to: a subscriber's channel is its path, and a message of the publisher is the
 * channel and what its subscribers get.
 */
export function ownWire({ transport, compressed }: Setup): Wire {
  const headers = compressed ? { 'Sec-WebSocket-Extensions': 'permessage-deflate' } : {};
  return {
    framing: { subscriber: transport === 'sse' ? 'sse' : 'ws', publisher: 'ws' },
    subscriber: [transport === 'sse' ? eventStream(`/${CHANNEL}`) : upgrade(`/${CHANNEL}`, { headers })],
    publisher: [upgrade('/publish')],
    message: frame(CHANNEL + PAYLOAD),
  };
}
