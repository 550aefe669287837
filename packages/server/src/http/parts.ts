/**
 * What the HTTP API is made of; the app hands it in.
 *
 * @module
 */
import type { PresenceList } from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Core } from '../core/core.ts';
import type { NodeCalls } from '../core/node-calls.ts';
import type { Broker } from '../core/ports/broker.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Auth } from '../features/auth/index.ts';
import type { Contacts } from '../features/contacts/index.ts';
import type { Delivery } from '../features/delivery/index.ts';
import type { Inbox } from '../features/inbox/index.ts';
import type { Push } from '../features/push/index.ts';
import type { Reach } from '../features/reach/reach.ts';
import type { Meter } from '../features/stats/index.ts';
import type { Callers } from './caller.ts';
import type { SignIn } from './development.ts';
import type { EmailHttp } from './email.ts';
import type { ServeFile } from './files.ts';

/** Where the server stands in its life. */
export type Phase = 'starting' | 'ready' | 'draining';

export interface HttpParts {
  readonly core: Core;
  readonly broker: Broker;
  readonly clock: Clock;
  readonly callers: Callers;
  readonly meter: Meter;
  /** What `/metrics` shows, of the server and its kits. */
  readonly metrics: Registry;
  /** Whether numbers may be read without the API key. */
  readonly development: boolean;
  /** Whether an `Authorization` header carries the API key; takes the same time whatever the answer. */
  readonly apiKeyMatches: (authorization: string | undefined) => boolean;
  readonly auth: Pick<Auth, 'revokeUser' | 'revokeToken'>;
  readonly reach: Pick<Reach, 'disconnectUser' | 'disconnectSession'>;
  /** Asks the other nodes. */
  readonly nodes: NodeCalls;
  readonly presence: { list(channel: string): Promise<PresenceList> };
  /** Adds `GET /events` to a scope that is set up for browsers. */
  readonly events: (scope: FastifyInstance) => void;
  /** Web Push, and its service worker that is served at `/push-sw.js`. */
  readonly push?: (Pick<Push, 'publicKey' | 'devices' | 'click'> & { readonly worker: URL }) | undefined;
  /** What users are told; without it there are no notifications. */
  readonly inbox?: Inbox | undefined;
  readonly contacts?: Contacts | undefined;
  /** How what users do not see in the app is brought to them. */
  readonly delivery?: Delivery | undefined;
  readonly phase: () => Phase;
  /** The version that OpenAPI and AsyncAPI state. */
  readonly version: string;
  /** The directory of the built page that is served at `/`; none when it is not there. */
  readonly web?: string | undefined;
  /** The directory of the client that is served at `/js/`; none when it was not built. */
  readonly script?: string | undefined;
  /** Adds the routes of kits to the scope under `/api/v1`, and their files, before the server is ready. */
  readonly extend?: ((scope: FastifyInstance, serveFile: ServeFile) => Promise<void>) | undefined;
  /** Whether users may say themselves where mails to them go. @default false */
  readonly ownAddresses?: boolean | undefined;
  /** The names of the kits that are loaded. */
  readonly kits?: (() => readonly string[]) | undefined;
  /** Makes a token for whoever asks; in development, where this server signs tokens itself. */
  readonly signIn?: ((who: SignIn) => Promise<string>) | undefined;
  /** The links of mails, and in development the mails themselves. */
  readonly email?: EmailHttp | undefined;
  readonly limits: {
    /** Events of one publish. */
    readonly batch: number;
    /** Bytes of data in one page of history. */
    readonly queue: number;
  };
}
