/**
 * Web Push: notifications on the devices of a user, also while no page is open (RFC 8030, 8188, 8291, 8292).
 *
 * @module
 */
import type { Kysely } from 'kysely';
import type { Clock } from '../../core/ports/clock.ts';
import { Recurring } from '../../core/recurring.ts';
import type { CoreTables } from '../../storage/migrations.ts';
import { Devices } from './devices.ts';
import type { Lookup } from './public-address.ts';
import { PushCourier } from './push-courier.ts';
import { PushService, type VapidKeys } from './push-service.ts';
import { type Clicked, Told } from './told.ts';

export interface PushOptions {
  /** With this feature's migrations run. */
  readonly db: Kysely<CoreTables>;
  readonly clock: Clock;
  readonly vapid: VapidKeys;
  /** Devices of one user. */
  readonly devices: number;
  /** Origins of push services that may have private addresses, such as `https://push.example.lan:8443`. */
  readonly trustedOrigins: readonly string[];
  /** A user has clicked on what tells of these notifications. */
  readonly onClick: (clicked: Clicked) => void | Promise<void>;
  readonly onError: (error: unknown) => void;
  /** How long a request to a push service may take, milliseconds. @default 10000 */
  readonly timeout?: number;
  /** How names of push services are looked up. @default as the system does */
  readonly lookup?: Lookup;
}

/** What is told to whom on which device. */
export interface Push {
  /** What browsers subscribe with, base64url. */
  readonly publicKey: string;
  readonly devices: Devices;
  readonly courier: PushCourier;
  /** Takes the token of a click. @returns whether it is one, and was not used before. */
  click(token: string): Promise<boolean>;
  /** Forgets what is too old to matter; done every hour. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** How often what is too old to matter is deleted, milliseconds. */
const SWEEP_INTERVAL = 3_600_000;

/** Puts the feature together. */
export function createPush(options: PushOptions): Push {
  const { db, clock, vapid, timeout, lookup, onClick, onError } = options;
  const trusted = new Set(options.trustedOrigins);
  const devices = new Devices({ db, clock, limit: options.devices, trusted });
  const told = new Told({ db, clock, secret: vapid.privateKey });
  const service = new PushService({ vapid, clock, trusted, timeout, lookup });
  const sweeping = new Recurring({ clock, interval: SWEEP_INTERVAL, run: () => told.sweep(), onError });
  return {
    publicKey: vapid.publicKey,
    devices,
    courier: new PushCourier({ devices, service, told, clock }),
    async click(token) {
      const clicked = await told.click(token);
      if (clicked) await onClick(clicked);
      return clicked !== undefined;
    },
    sweep: () => told.sweep(),
    async close() {
      service.close();
      await sweeping.close();
    },
  };
}
