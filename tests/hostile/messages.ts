/**
 * What a stranger might send as a message, and the code it is answered with, on every transport that takes commands.
 *
 * @module
 */
import type { ErrorCode } from '@tidings/protocol';

/** A message that is no command. */
export interface Unreadable {
  readonly what: string;
  readonly text: string;
  readonly code: ErrorCode;
}

const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

/** JSON text that must not be taken for data. */
export const UNREADABLE_DATA: readonly Unreadable[] = [
  { what: 'no JSON', text: 'hello', code: 'malformed_message' },
  { what: 'JSON that is cut off', text: '{"a":', code: 'malformed_message' },
  { what: 'JSON with a trailing comma', text: '{"a":1,}', code: 'malformed_message' },
  { what: 'JavaScript', text: '{a:1}', code: 'malformed_message' },
  { what: 'NaN', text: '{"a":NaN}', code: 'malformed_message' },
  { what: 'a raw control character', text: '{"a":"\u0001"}', code: 'malformed_message' },
  { what: 'two values', text: '{} {}', code: 'malformed_message' },
  { what: 'arrays 40 deep', text: `{"a":${nested('[', ']', 40)}}`, code: 'message_too_deep' },
  {
    what: 'objects 40 deep',
    text: `{"a":${nested('{"a":', '}', 40).replace('}', '1}')}`,
    code: 'message_too_deep',
  },
  { what: 'brackets without end', text: '['.repeat(50_000), code: 'message_too_deep' },
  { what: '__proto__', text: '{"__proto__":{"admin":true}}', code: 'forbidden_key' },
  { what: '__proto__ inside', text: '{"a":[{"b":{"__proto__":[]}}]}', code: 'forbidden_key' },
  {
    what: '__proto__ in escapes',
    text: '{"\\u005f\\u005fproto\\u005f_":{"admin":true}}',
    code: 'forbidden_key',
  },
  {
    what: 'constructor.prototype',
    text: '{"constructor":{"prototype":{"admin":true}}}',
    code: 'forbidden_key',
  },
];

/** A command that must be refused. */
export interface Refused {
  readonly what: string;
  readonly name: string;
  readonly data: unknown;
  readonly code: ErrorCode;
}

const WRONG: readonly unknown[] = [null, 7, true, 'text', [], [null], { channel: {} }];

/** Commands that are refused to an anonymous session, whatever they came by. */
export const REFUSED: readonly Refused[] = [
  { what: 'an unknown command', name: 'drop_tables', data: {}, code: 'unknown_command' },
  {
    what: 'a command named like a method of objects',
    name: 'constructor',
    data: {},
    code: 'unknown_command',
  },
  { what: 'toString', name: 'toString', data: {}, code: 'unknown_command' },
  { what: 'a command of no name', name: '', data: {}, code: 'unknown_command' },
  { what: 'a very long name', name: 'x'.repeat(5000), data: {}, code: 'unknown_command' },
  ...WRONG.map((channel) => ({
    what: `publish to ${JSON.stringify(channel)}`,
    name: 'publish',
    data: { channel, event: 'e' },
    code: channel === 'text' ? ('bad_channel' as const) : ('invalid_request' as const),
  })),
  ...[
    '',
    'nocolon',
    'public:',
    ':x',
    'Public:x',
    'public:a b',
    'public:a,b',
    'public:\u0000',
    'public:\n',
  ].map((channel) => ({
    what: `history of ${JSON.stringify(channel)}`,
    name: 'history',
    data: { channel },
    code: 'bad_channel' as const,
  })),
  {
    what: 'a channel too long',
    name: 'history',
    data: { channel: `public:${'x'.repeat(500)}` },
    code: 'invalid_request',
  },
  {
    what: 'an unknown namespace',
    name: 'history',
    data: { channel: 'nowhere:1' },
    code: 'unknown_namespace',
  },
  { what: 'the namespace __proto__', name: 'history', data: { channel: '__proto__:1' }, code: 'bad_channel' },
  {
    what: 'the namespace constructor',
    name: 'history',
    data: { channel: 'constructor:1' },
    code: 'unknown_namespace',
  },
  {
    what: 'a position that is none',
    name: 'history',
    data: { channel: 'public:a', since: 'x' },
    code: 'bad_position',
  },
  {
    what: 'too much of the past',
    name: 'history',
    data: { channel: 'public:a', limit: 1e9 },
    code: 'invalid_request',
  },
  {
    what: 'a fraction of an event',
    name: 'history',
    data: { channel: 'public:a', last: 0.5 },
    code: 'invalid_request',
  },
  {
    what: 'a right it has not',
    name: 'publish',
    data: { channel: 'public:a', event: 'e' },
    code: 'unauthenticated',
  },
  {
    what: 'a right that nobody has',
    name: 'publish',
    data: { channel: 'closed:a', event: 'e' },
    code: 'forbidden',
  },
  {
    what: 'a field too many',
    name: 'publish',
    data: { channel: 'public:a', event: 'e', offset: 1 },
    code: 'invalid_request',
  },
  {
    what: 'a key too long',
    name: 'publish',
    data: { channel: 'open:a', event: 'e', key: 'k'.repeat(129) },
    code: 'invalid_request',
  },
  {
    what: 'a key of no length',
    name: 'publish',
    data: { channel: 'open:a', event: 'e', key: '' },
    code: 'invalid_request',
  },
  ...['', '9', 'a b', 'ä', '__proto__', 'connect', 'disconnect', 'newListener'].map((event) => ({
    what: `the event ${JSON.stringify(event)}`,
    name: 'publish',
    data: { channel: 'open:a', event },
    code: 'bad_event' as const,
  })),
  {
    what: 'presence where there is none',
    name: 'presence',
    data: { channel: 'open:a' },
    code: 'no_presence',
  },
  { what: 'typing where there is none', name: 'typing', data: { channel: 'open:a' }, code: 'no_typing' },
];

/** Namespaces of the servers that hostile tests start. */
export const NAMESPACES = {
  open: { history: { size: 50 }, rights: { subscribe: 'anyone', publish: 'anyone' } },
  closed: { rights: { subscribe: 'anyone', publish: 'nobody' } },
} as const;
