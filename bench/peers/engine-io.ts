import { CHANNEL, frame, PAYLOAD, type Step, upgrade, type Wire } from '../wire.ts';

/** Engine.IO by WebSocket at once, and the connection to the namespace `/`. */
export function connectSocketio(connect = '40'): readonly Step[] {
  return [
    upgrade('/socket.io/?EIO=4&transport=websocket'),
    { send: '', expect: '0{' },
    { send: frame(connect), expect: '40{' },
  ];
}

/** How a Socket.IO server with the handlers `join` and `publish` is spoken to. */
export function roomWire(): Wire {
  return {
    framing: { subscriber: 'ws', publisher: 'ws' },
    subscriber: [...connectSocketio(), { send: frame(`420["join","${CHANNEL}"]`), expect: '430[' }],
    publisher: connectSocketio(),
    message: frame(`42["publish","${CHANNEL}",${PAYLOAD}]`),
  };
}
