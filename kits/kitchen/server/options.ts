/**
 * What can be set of the kitchen, and the environment variables it is read from. README.md lists them.
 *
 * @module
 */

/** Options of the kitchen kit. */
export interface KitchenOptions {
  /** Milliseconds between two `Heartbeat` events. `KITCHEN_HEARTBEAT`. @default that of the server's own heartbeat */
  readonly heartbeat?: number;
  /** Days for which the counts of events are kept. `KITCHEN_ANALYTICS_DAYS`. @default 400 */
  readonly analyticsDays: number;
}

const DEFAULTS: KitchenOptions = { analyticsDays: 400 };

/** Fills in the defaults. */
export function kitchenOptions(options: Partial<KitchenOptions> = {}): KitchenOptions {
  return { ...DEFAULTS, ...options };
}

/** Reads the options from environment variables. @throws Error that names the variable that cannot be read. */
export function optionsFrom(env: Readonly<Record<string, string | undefined>>): Partial<KitchenOptions> {
  const heartbeat = wholeNumber(env, 'KITCHEN_HEARTBEAT');
  const analyticsDays = wholeNumber(env, 'KITCHEN_ANALYTICS_DAYS');
  return {
    ...(heartbeat === undefined ? {} : { heartbeat }),
    ...(analyticsDays === undefined ? {} : { analyticsDays }),
  };
}

function wholeNumber(env: Readonly<Record<string, string | undefined>>, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`${name} must be a whole number from 1, and is "${text}".`);
  return number;
}
