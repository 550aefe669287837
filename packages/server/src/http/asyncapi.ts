/**
 * The AsyncAPI description: every message of the WebSocket and of the streams, from the schemas they are checked by.
 *
 * @module
 */
import {
  DISCONNECTS,
  ERRORS,
  EventMessage,
  FLAT_COMMANDS,
  PROTOCOL_VERSION,
  SubscribedChannel,
  Welcome,
} from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import Type, { IsObject, type TSchema } from 'typebox';
import type { CommandDefinition } from '../core/command.ts';
import type { Namespace } from '../core/namespace.ts';

interface AsyncApiOptions {
  readonly version: string;
  readonly commands: Iterable<CommandDefinition>;
  /** Namespaces that declare events have a channel of their own in the document. */
  readonly namespaces: Iterable<Namespace>;
  /** Where the server is: `name:port`. */
  readonly host: string;
}

/** JSON, as a document holds it. */
interface Json {
  readonly [key: string]: unknown;
}

const Id = Type.Union([Type.String({ maxLength: 64 }), Type.Number()], {
  description: 'Chosen by the client; stands in the reply.',
});

const CommandError = Type.Object(
  {
    code: Type.Enum(Object.keys(ERRORS)),
    message: Type.String(),
    retryAfter: Type.Optional(Type.Integer({ description: 'Milliseconds.' })),
    details: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  },
  { description: 'What went wrong; docs/ERRORS.md has each code.' },
);

const Reply = Type.Object({
  type: Type.Literal('reply'),
  id: Type.Optional(Id),
  ok: Type.Boolean(),
  data: Type.Optional(Type.Unknown({ description: 'What the command answers.' })),
  channels: Type.Optional(
    Type.Array(
      Type.Union([SubscribedChannel, Type.Object({ channel: Type.String(), error: CommandError })]),
      {
        description: 'Of `subscribe`: one for each channel.',
      },
    ),
  ),
  error: Type.Optional(CommandError),
});

const Notice = Type.Object({
  type: Type.Literal('disconnect'),
  code: Type.Enum(Object.values(DISCONNECTS).map(({ code }) => code)),
  reason: Type.Enum(Object.keys(DISCONNECTS)),
  reconnect: Type.Boolean({ description: 'Whether the client should come back by itself.' }),
  retryAfter: Type.Optional(Type.Integer({ description: 'Milliseconds to wait before coming back.' })),
});

/** What a server says by itself on the native WebSocket, by the name of the message. */
const SERVER_MESSAGES: Readonly<Record<string, { readonly summary: string; readonly payload: TSchema }>> = {
  welcome: { summary: 'The first message of a session.', payload: Welcome },
  event: { summary: 'An event of a channel that the session follows.', payload: EventMessage },
  direct: {
    summary: 'An event for this session alone.',
    payload: Type.Object({ type: Type.Literal('direct'), event: Type.String(), data: Type.Unknown() }),
  },
  unsubscribed: {
    summary: 'The server ended a subscription.',
    payload: Type.Object({
      type: Type.Literal('unsubscribed'),
      channel: Type.String(),
      error: CommandError,
    }),
  },
  disconnect: { summary: 'The session ends.', payload: Notice },
};

/** An event as a stream tells it. */
const StreamEvent = Type.Object({
  type: Type.String({ description: 'The name of the event.' }),
  channel: Type.String(),
  payload: Type.Unknown({ description: 'Its data.' }),
  offset: Type.Integer({ minimum: 1 }),
  epoch: Type.String(),
  id: Type.String(),
  at: Type.Integer(),
  user: Type.Optional(Type.String()),
});

/** Makes the AsyncAPI 3 document. */
function asyncApiDocument({ host, ...options }: AsyncApiOptions): Json {
  const commands = [...options.commands];
  const declared = [...options.namespaces].flatMap(({ name, events }) => (events ? [{ name, events }] : []));
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'Tidings',
      version: options.version,
      description: `Commands in, events out; protocol version ${PROTOCOL_VERSION}. docs/PROTOCOL.md says how it is spoken, GET /docs has the HTTP API.`,
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      websocket: { host, protocol: 'ws', description: 'The native protocol.' },
      sse: { host, protocol: 'http', description: 'Server-Sent Events.' },
    },
    channels: {
      realtime: {
        address: '/realtime',
        servers: [{ $ref: '#/servers/websocket' }],
        messages: refs('messages', [
          ...commands.map(({ name }) => commandMessage(name)),
          'reply',
          ...Object.keys(SERVER_MESSAGES),
        ]),
      },
      stream: {
        address: '/events',
        servers: [{ $ref: '#/servers/sse' }],
        messages: refs('messages', ['streamEvent']),
      },
      ...Object.fromEntries(
        declared.map(({ name, events }) => [
          `namespace-${name}`,
          {
            address: `${name}:{rest}`,
            description: `Channels of the namespace \`${name}\`, followed by \`subscribe\`.`,
            parameters: { rest: { description: 'What follows the colon.' } },
            messages: refs(
              'messages',
              Object.keys(events).map((event) => eventMessage(name, event)),
            ),
          },
        ]),
      ),
    },
    operations: {
      ...Object.fromEntries(commands.map((command) => [`receive-${command.name}`, receive(command)])),
      ...Object.fromEntries(
        Object.entries(SERVER_MESSAGES).map(([name, { summary }]) => [
          `send-${name}`,
          send('realtime', name, summary),
        ]),
      ),
      'send-stream-event': send('stream', 'streamEvent', 'An event of a channel that the stream follows.'),
      ...Object.fromEntries(
        declared.flatMap(({ name, events }) =>
          Object.keys(events).map((event) => [
            `send-${eventMessage(name, event)}`,
            send(
              `namespace-${name}`,
              eventMessage(name, event),
              `\`${event}\` of the namespace \`${name}\`.`,
            ),
          ]),
        ),
      ),
    },
    components: {
      messages: {
        ...Object.fromEntries(commands.map((command) => [commandMessage(command.name), messageOf(command)])),
        reply: { name: 'reply', summary: 'The answer to a command.', payload: plain(Reply) },
        ...Object.fromEntries(
          Object.entries(SERVER_MESSAGES).map(([name, { summary, payload }]) => [
            name,
            { name, summary, payload: plain(payload) },
          ]),
        ),
        streamEvent: { name: 'event', summary: 'An event.', payload: plain(StreamEvent) },
        ...Object.fromEntries(
          declared.flatMap(({ name, events }) =>
            Object.entries(events).map(([event, data]) => [
              eventMessage(name, event),
              {
                name: event,
                payload: plain(Type.Object({ ...EventMessage.properties, event: Type.Literal(event), data })),
              },
            ]),
          ),
        ),
      },
    },
  };
}

/** Adds `GET /asyncapi.json`. */
export function asyncApiRoutes(
  app: FastifyInstance,
  options: {
    readonly version: string;
    commands(): Iterable<CommandDefinition>;
    namespaces(): Iterable<Namespace>;
  },
): void {
  app.get('/asyncapi.json', { schema: { hide: true } }, (request) =>
    asyncApiDocument({
      version: options.version,
      commands: options.commands(),
      namespaces: options.namespaces(),
      host: request.host,
    }),
  );
}

/** A command as a message of the native WebSocket. */
function messageOf({ name, summary, data }: CommandDefinition): Json {
  const envelope = { type: Type.Literal(name), id: Type.Optional(Id) };
  const payload =
    FLAT_COMMANDS.has(name) && IsObject(data)
      ? Type.Object({ ...envelope, ...data.properties })
      : Type.Object({
          ...envelope,
          data: Type.Optional(data),
          key: Type.Optional(Type.String({ maxLength: 128, description: 'An idempotency key.' })),
        });
  return { name, summary, payload: plain(payload) };
}

function receive({ name, summary }: CommandDefinition): Json {
  return {
    action: 'receive',
    channel: { $ref: '#/channels/realtime' },
    summary,
    messages: [{ $ref: `#/channels/realtime/messages/${commandMessage(name)}` }],
    reply: {
      channel: { $ref: '#/channels/realtime' },
      messages: [{ $ref: '#/channels/realtime/messages/reply' }],
    },
  };
}

function send(channel: string, message: string, summary: string): Json {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${channel}` },
    summary,
    messages: [{ $ref: `#/channels/${channel}/messages/${message}` }],
  };
}

function refs(kind: string, names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/${kind}/${name}` }]));
}

const commandMessage = (command: string) => `command-${command}`;
/** Names of events may hold colons, keys of components may not. */
const eventMessage = (namespace: string, event: string) => `event-${namespace}-${event.replaceAll(':', '_')}`;

/** The schema as JSON, without what typebox keeps for itself. */
function plain(schema: TSchema): unknown {
  return JSON.parse(JSON.stringify(schema));
}
