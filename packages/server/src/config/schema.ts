/**
 * Every option of the server, with what it means, its unit and its default: the one source of the types, of the check at
 * start and of docs/CONFIG.md.
 *
 * @module
 */
import { NAMESPACE_PATTERN } from '@tidings/protocol';
import Type, { type Static, type TProperties, type TSchemaOptions } from 'typebox';
import { RIGHTS } from '../core/identity.ts';
import type { NamespaceOptions } from '../core/namespace.ts';

/** What is told about an option beside its JSON Schema. */
export interface Annotations extends TSchemaOptions {
  readonly description: string;
  /** `ms`, `bytes` or another unit of a number. */
  readonly unit?: string;
  /** The default in words, where it follows from something else. */
  readonly defaultText?: string;
  /** What is expected, in words, where the JSON Schema would not say it well; follows "must be". */
  readonly expected?: string;
  /** A value that no message may show. */
  readonly secret?: boolean;
}

const closed = { additionalProperties: false } as const;

const text = (annotations: Annotations) => Type.String(annotations);
const flag = (annotations: Annotations) => Type.Boolean({ expected: 'true or false', ...annotations });
const list = (annotations: Annotations) =>
  Type.Array(Type.String({ minLength: 1 }), { expected: 'a list of strings', ...annotations });
const count = (annotations: Annotations & { default: number; minimum?: number }) =>
  Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, ...annotations });
/** Timers of Node take no more than a 32-bit number of milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;
const milliseconds = (annotations: Annotations & { default: number; minimum?: number }) =>
  Type.Integer({ minimum: 1, maximum: LONGEST_TIMER, unit: 'ms', ...annotations });
const bytes = (annotations: Annotations & { default: number; minimum?: number }) =>
  Type.Integer({ minimum: 1024, maximum: 2 ** 40, unit: 'bytes', ...annotations });
const section = <P extends TProperties>(description: string, properties: P) =>
  Type.Object(properties, { ...closed, description, default: {} });

/** The algorithms a token may be signed with. */
const ALGORITHMS = ['HS256', 'RS256', 'ES256', 'EdDSA'] as const;

/** An algorithm a token may be signed with. */
export type Algorithm = (typeof ALGORITHMS)[number];

/** Bytes that HS256 asks of its key at least (RFC 7518, 3.2). */
const SHORTEST_SECRET = 32;

const auth = section('Who may come in.', {
  anonymous: flag({
    description:
      'Clients without a token may come in; what they may do there is up to the namespaces. In production only when set explicitly.',
    defaultText: 'as `development`',
  }),
  secret: Type.Optional(
    text({
      description: 'The secret of tokens signed with HS256, at least 32 bytes.',
      minLength: SHORTEST_SECRET,
      expected: `at least ${SHORTEST_SECRET} characters`,
      defaultText: 'from `secrets.json`, unless `publicKey` or `jwksUrl` is given',
      secret: true,
    }),
  ),
  publicKey: Type.Optional(
    text({
      description:
        'The public key of tokens signed with RS256, ES256 or EdDSA, in PEM. In an environment variable a line break may be written `\\n`.',
    }),
  ),
  jwksUrl: Type.Optional(
    text({
      description: 'Where the public keys of tokens are (a JSON Web Key Set). `https:` outside development.',
    }),
  ),
  algorithms: Type.Array(Type.Enum([...ALGORITHMS]), {
    description: 'The algorithms a token may be signed with; any other is refused.',
    minItems: 1,
    uniqueItems: true,
    expected: `a list of different ones of ${ALGORITHMS.join(', ')}`,
    defaultText:
      '`HS256` with `secret`; the one of the key with `publicKey`; `RS256`, `ES256`, `EdDSA` with `jwksUrl`',
  }),
  issuer: Type.Optional(text({ description: 'The claim `iss` that a token must have.', minLength: 1 })),
  audience: Type.Optional(text({ description: 'The claim `aud` that a token must have.', minLength: 1 })),
  cookie: Type.Optional(
    text({
      description:
        'The cookie that carries a browser’s token to WebSocket, Socket.IO and SSE, where it is sent by no other way. Calls over HTTP are not believed by it.',
      pattern: '^[A-Za-z0-9_.-]+$',
      expected: 'the name of a cookie',
    }),
  ),
  clockTolerance: milliseconds({
    description: 'How far the clock of whoever signs tokens may be off, when `exp` and `nbf` are checked.',
    default: 0,
    minimum: 0,
    maximum: 300_000,
  }),
  timeout: milliseconds({
    description: 'How long a session may stay without authenticating, where anonymous ones are not taken.',
    default: 10_000,
  }),
});

const rule = Type.Union(
  [
    Type.Enum(['anyone', 'users', 'owner', 'granted', 'nobody']),
    Type.Refine(
      Type.Unsafe<(...request: never) => unknown>({}),
      (value: unknown) => typeof value === 'function',
      () => 'must be a function',
    ),
  ],
  { expected: 'anyone, users, owner, granted, nobody, or (in a file) a function' },
);

/** A namespace as a configuration declares it; {@link NamespaceOptions} has the types. */
const namespace = Type.Object(
  {
    history: Type.Optional(
      Type.Object(
        {
          size: Type.Optional(Type.Integer()),
          ttl: Type.Optional(Type.Integer({ maximum: Number.MAX_SAFE_INTEGER })),
        },
        closed,
      ),
    ),
    durable: Type.Optional(Type.Boolean()),
    keyWindow: Type.Optional(Type.Integer()),
    presence: Type.Optional(Type.Boolean()),
    typing: Type.Optional(Type.Boolean()),
    overflow: Type.Optional(Type.Enum(['disconnect', 'drop-oldest', 'conflate'])),
    rights: Type.Optional(
      Type.Object(Object.fromEntries(RIGHTS.map((right) => [right, Type.Optional(rule)])), closed),
    ),
    events: Type.Optional(Type.Record(Type.String(), Type.Unsafe<object>({ type: 'object' }))),
  },
  closed,
);

/** Every option of the server. */
export const ConfigSchema = Type.Object(
  {
    data: text({
      description: 'The directory of the database and of `secrets.json`.',
      default: './data',
      minLength: 1,
    }),
    host: text({ description: 'The address to listen on.', default: '127.0.0.1', minLength: 1 }),
    port: Type.Integer({
      description: 'The port to listen on; 0 takes a free one.',
      default: 3000,
      minimum: 0,
      maximum: 65_535,
    }),
    development: flag({
      description:
        'Anonymous clients, open namespaces and readable logs by default, for a machine of one’s own.',
      defaultText: 'true when `NODE_ENV` is not `production` and `host` is a loopback address',
    }),
    origins: list({
      description:
        'Origins of the pages that may connect beside the server’s own, such as `https://app.example.com`. In development pages of this machine may too, and `*` takes all.',
      default: [],
    }),
    trustProxy: Type.Union(
      [
        Type.Boolean(),
        Type.Integer({ minimum: 0 }),
        Type.String({ minLength: 1 }),
        Type.Array(Type.String()),
      ],
      {
        description:
          'Whether `X-Forwarded-For` tells a client’s address: `true` (believe anyone), how many proxies stand in front, or their addresses.',
        default: false,
        expected: 'true, false, the number of proxies, or a list of their addresses',
      },
    ),
    database: text({
      description: 'A `postgres://` URL; empty for SQLite in `data`.',
      default: '',
      secret: true,
    }),
    redis: text({
      description:
        'A `redis://` or `rediss://` URL (Redis 7 or Valkey), by which several servers are one; empty for a server alone. docs/SCALING.md says what it takes.',
      default: '',
      secret: true,
    }),
    redisPrefix: text({
      description: 'What the keys in Redis begin with; servers with the same one are one.',
      default: 'tidings:',
      minLength: 1,
    }),
    kits: list({ description: 'Files of kits to load.', default: [] }),
    apiKey: Type.Optional(
      text({
        description: 'The key of server calls, at least 20 characters.',
        minLength: 20,
        expected: 'at least 20 characters',
        defaultText: 'from `secrets.json`',
        secret: true,
      }),
    ),
    auth,
    namespaces: Type.Record(
      Type.String({ pattern: NAMESPACE_PATTERN }),
      Type.Unsafe<NamespaceOptions>(namespace),
      {
        description:
          'Namespaces by name, beside those of the kits; in an environment variable as JSON. Those of the default are always there, and may be declared otherwise.',
        default: {},
        defaultText:
          '`public`: durable, 1,000 events, `anyone` may subscribe in development, else `users`; `user`: durable, for the user of that id; in development `demo`: durable, `anyone` may do anything',
      },
    ),
    limits: section('Limits on everything a stranger sends.', {
      message: bytes({ description: 'One message, and one event’s data.', default: 65_536 }),
      body: bytes({ description: 'The body of one HTTP request.', default: 1_048_576 }),
      batch: count({
        description: 'Events of one publish over HTTP.',
        default: 1000,
        maximum: 100_000,
        unit: 'events',
      }),
      channels: count({
        description: 'Channels that one session may follow.',
        default: 100,
        unit: 'channels',
      }),
      queue: bytes({
        description: 'What may wait for one session that reads slowly, and what one resume may bring.',
        default: 1_048_576,
      }),
      commandsPerSecond: count({
        description: 'Commands of one session, on average.',
        default: 100,
        unit: 'per second',
      }),
      commandBurst: count({
        description: 'Commands of one session at once.',
        default: 200,
        unit: 'commands',
      }),
      inFlight: count({
        description: 'Commands of one session under way at once.',
        default: 256,
        unit: 'commands',
      }),
      commandTimeout: milliseconds({ description: 'How long a command may take.', default: 30_000 }),
      httpPerSecond: count({
        description: 'HTTP calls of one user, or of one address.',
        default: 100,
        unit: 'per second',
      }),
      connections: count({ description: 'Connections at once.', default: 100_000, unit: 'connections' }),
      connectionsPerAddress: count({
        description: 'Connections at once of one address.',
        default: 10_000,
        unit: 'connections',
      }),
      historyBytes: bytes({
        description:
          'History in memory over all channels; the least recently used go first. Not with `redis`, whose own limit counts.',
        default: 268_435_456,
      }),
      keys: count({
        description: 'Idempotency keys of memory channels at once. Not with `redis`.',
        default: 100_000,
        unit: 'keys',
      }),
    }),
    heartbeat: milliseconds({
      description: 'A client hears from the server at least this often.',
      default: 25_000,
      minimum: 1000,
    }),
    websocket: section('The WebSocket transport.', {
      compression: flag({
        description: 'permessage-deflate, for clients that ask for it; saves bytes, costs memory and CPU.',
        default: false,
      }),
    }),
    socketio: section('The Socket.IO transport.', {
      recoveryWindow: milliseconds({
        description: 'How long a Socket.IO client that was cut off may come back to the same session.',
        default: 120_000,
      }),
    }),
    presence: section('Who follows a channel.', {
      ttl: milliseconds({
        description: 'How long a member is kept that no node has renewed, because its node died.',
        default: 60_000,
      }),
      grace: milliseconds({
        description: 'How long a member who left may come back unnoticed, as a page reload does.',
        default: 5000,
        minimum: 0,
      }),
    }),
    inbox: section('Notifications of users.', {
      keep: count({ description: 'How long a notification is kept.', default: 90, unit: 'days' }),
    }),
    delivery: section('What becomes of notifications that are not seen in the app.', {
      pushAfter: milliseconds({
        description:
          'How long a notification may stay unseen before it goes to the user’s devices; once more as long while the user has the app before them.',
        default: 10_000,
        minimum: 0,
      }),
      emailAfter: milliseconds({
        description: 'How long a notification may stay unseen before it is mailed.',
        default: 600_000,
        minimum: 0,
      }),
      digestHour: Type.Integer({
        description: 'The hour of daily mails in the user’s time zone, unless the user has chosen one.',
        default: 8,
        minimum: 0,
        maximum: 23,
      }),
      attempts: count({
        description: 'How often a push service or mail server is asked before a delivery is given up.',
        default: 8,
        maximum: 100,
        unit: 'attempts',
      }),
      backoff: milliseconds({
        description: 'How long to wait after the first failure; twice as long each time.',
        default: 5000,
      }),
      longestBackoff: milliseconds({ description: 'The longest such wait.', default: 3_600_000 }),
      timeout: milliseconds({
        description:
          'How long one attempt may take; a server that died in one leaves it to others after twice as long.',
        default: 30_000,
      }),
    }),
    commands: section('Commands of kits.', {
      keyWindow: milliseconds({
        description:
          'How long the answer to a command with a key is remembered, so that a repeat has one effect.',
        default: 86_400_000,
      }),
    }),
    typing: section('Typing marks.', {
      ttl: milliseconds({ description: 'When a mark that is not renewed ends.', default: 6000 }),
    }),
    email: section('Notifications by email. docs/EMAIL.md says how to turn it on.', {
      smtp: Type.Optional(
        text({
          description:
            'The server that takes mails: `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte. Without one, development writes mails into files, and production sends none.',
          expected: 'an smtp:// or smtps:// URL',
          pattern: '^smtps?://.',
          secret: true,
        }),
      ),
      from: text({
        description: 'Who mails are from, such as `Prices <no-reply@example.com>`.',
        default: 'Tidings <tidings@localhost>',
        minLength: 3,
      }),
      publicUrl: Type.Optional(
        text({
          description:
            'The address of the app, which the links in mails begin with; `https:` outside development.',
          defaultText: 'the address that the server listens on, in development',
        }),
      ),
      ownAddresses: flag({
        description:
          'Users may say themselves where mails to them go, which nobody verifies; otherwise only the application may, by its tokens or by HTTP.',
        defaultText: 'as `development`',
      }),
      connections: count({
        description: 'Connections to the SMTP server at once.',
        default: 3,
        maximum: 100,
        unit: 'connections',
      }),
      perSecond: count({
        description: 'Mails handed over, at most.',
        default: 10,
        maximum: 10_000,
        unit: 'per second',
      }),
    }),
    push: section('Web Push: notifications on devices whose pages are closed.', {
      subject: Type.Optional(
        text({
          description:
            'How push services reach the operator, `mailto:` or `https:`. Apple’s takes no made-up one.',
          defaultText: 'the first `https:` origin of `origins`, otherwise `mailto:push@example.com`',
        }),
      ),
      publicKey: Type.Optional(
        text({
          description:
            'The VAPID public key, base64url. Browsers that subscribed with another must subscribe anew.',
          pattern: '^[A-Za-z0-9_-]{87}$',
          expected: '65 bytes in base64url',
          defaultText: 'from `secrets.json`',
        }),
      ),
      privateKey: Type.Optional(
        text({
          description: 'The VAPID private key, base64url.',
          pattern: '^[A-Za-z0-9_-]{43}$',
          expected: '32 bytes in base64url',
          defaultText: 'from `secrets.json`',
          secret: true,
        }),
      ),
      devices: count({
        description: 'Devices of one user; beyond it, the one renewed the longest ago makes room.',
        default: 20,
        maximum: 10_000,
        unit: 'devices',
      }),
      trustedOrigins: list({
        description:
          'Origins of push services that may have private addresses, such as `https://push.example.lan:8443`. All others must be on the public internet.',
        default: [],
      }),
    }),
    drain: section('Going down on SIGTERM.', {
      timeout: milliseconds({
        description: 'How long sessions and requests have to end before they are cut; 30 s at most.',
        default: 25_000,
        minimum: 0,
      }),
      spread: milliseconds({
        description: 'Over how long clients are told to come back, each after its own delay.',
        default: 10_000,
        minimum: 0,
      }),
    }),
    log: section('What is logged.', {
      level: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        description: 'The least severe level that is logged.',
        default: 'info',
        expected: 'one of fatal, error, warn, info, debug, trace, silent',
      }),
      pretty: flag({
        description: 'Lines to read instead of JSON.',
        defaultText: 'true in development on a terminal',
      }),
    }),
  },
  closed,
);

type Options = Omit<Static<typeof ConfigSchema>, 'namespaces'>;

interface DeclaredNamespaces {
  readonly namespaces: Readonly<Record<string, NamespaceOptions>>;
}

/** The configuration of a server, every default filled in. */
export type Config = DeepReadonly<Options> & DeclaredNamespaces;

/** A configuration as it is written: everything may be left out. */
export type ConfigInput = DeepPartial<Options> & Partial<DeclaredNamespaces>;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

type DeepPartial<T> = T extends readonly unknown[]
  ? Readonly<T>
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> | undefined }
    : T;
