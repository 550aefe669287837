/**
 * What the HTTP API is made of; the app hands it in.
 *
 * @module
 */
import type { Core } from '../core/core.ts';
import type { Authenticator } from '../core/ports/authenticator.ts';
import type { Broker } from '../core/ports/broker.ts';
import type { Clock } from '../core/ports/clock.ts';

/** Where the server stands in its life. */
export type Phase = 'starting' | 'ready' | 'draining';

export interface HttpParts {
  readonly core: Core;
  readonly broker: Broker;
  readonly clock: Clock;
  readonly authenticator: Authenticator;
  /** Whether an `Authorization` header carries the API key; takes the same time whatever the answer. */
  readonly apiKeyMatches: (authorization: string | undefined) => boolean;
  readonly phase: () => Phase;
  readonly limits: {
    /** Events of one publish. */
    readonly batch: number;
    /** Calls a second of one user, or of one address. */
    readonly httpPerSecond: number;
  };
}
