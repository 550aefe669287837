import { type Dialect, decodeMessages, idOf, TidingsError } from '../../packages/server/src/kit.ts';

/** How often a heartbeat was written. */
export let beats = 0;

/** A shape of its own: `{"op", …}` in, `{"kind", …}` out; what has no form in it is not said. */
export const shouting: Dialect = {
  name: 'shouting',
  decode(text) {
    if (text.includes('BUG')) throw new Error('cannot read that');
    return decodeMessages(text, ({ op, room, ...message }) => {
      switch (op) {
        case 'JOIN':
          return { ...idOf(message), name: 'subscribe', data: { channels: [`room:${room}`] } };
        case 'SAY':
          return {
            ...idOf(message),
            name: 'publish',
            data: { channel: `room:${room}`, event: 'said', data: message.text },
          };
        case 'BEAT':
          return { name: 'ping', data: {} };
        default:
          throw new TidingsError('unknown_command', 'Say JOIN, SAY or BEAT.');
      }
    });
  },
  encodeEvent({ event, channel, data }) {
    if (data === 'bug') throw new Error('no form for that');
    return JSON.stringify({ kind: event.toUpperCase(), room: channel.slice('room:'.length), text: data });
  },
  encodeReply(reply) {
    if (!reply.ok) return JSON.stringify({ kind: 'NO', id: reply.id, why: reply.error.code });
    return reply.id === undefined ? undefined : JSON.stringify({ kind: 'YES', id: reply.id });
  },
  encodeNotice(notice) {
    if (notice.type === 'direct' && notice.event === 'beat') beats += 1;
    if (notice.type === 'direct')
      return JSON.stringify({ kind: notice.event.toUpperCase(), ...Object(notice.data) });
    return notice.type === 'disconnect'
      ? JSON.stringify({ kind: 'BYE', why: notice.disconnect.reason })
      : undefined;
  },
};

/** A client of {@link shouting}. */
export interface Shout {
  readonly kind: string;
  readonly [field: string]: unknown;
}
