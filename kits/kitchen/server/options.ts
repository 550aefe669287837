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
  /** A user is told of what expires within so many days. `KITCHEN_FRIDGE_DAYS`. @default 3 */
  readonly fridgeDays: number;
  /** Minutes after a user's midnight from which on they are told. `KITCHEN_MORNING`, as `HH:MM`. @default 480 (08:00) */
  readonly morning: number;
  /** Things that one fridge may hold. `KITCHEN_FRIDGE_ITEMS`. @default 1000 */
  readonly fridgeItems: number;
  /** Who writes recipes. `KITCHEN_AI_URL` and others. @default recipes come from the kitchen's own book */
  readonly ai?: AiOptions;
  /** Recipes that a user may ask for within 24 hours. `KITCHEN_RECIPES_PER_DAY`. @default 20 */
  readonly recipesPerDay: number;
  /** Milliseconds after which a mark ends that somebody edits a cell of a menu, unless renewed. `KITCHEN_EDITING_LEASE`. @default 10000 */
  readonly editingLease: number;
  /** Milliseconds for which a user's position is known at most. `KITCHEN_PLACE_LEASE`. @default 900000 (15 minutes) */
  readonly placeLease: number;
}

/** An endpoint that speaks the chat completions of OpenAI. */
export interface AiOptions {
  /** What stands before `/chat/completions`: `https://api.openai.com/v1`. `KITCHEN_AI_URL`. */
  readonly url: string;
  /** `KITCHEN_AI_MODEL`. */
  readonly model: string;
  /** Sent as a bearer token. `KITCHEN_AI_KEY`. @default none */
  readonly key?: string;
  /** Milliseconds for the whole answer. `KITCHEN_AI_TIMEOUT`. @default 60000 */
  readonly timeout?: number;
}

const DEFAULTS: KitchenOptions = {
  analyticsDays: 400,
  fridgeDays: 3,
  morning: 8 * 60,
  fridgeItems: 1000,
  recipesPerDay: 20,
  editingLease: 10_000,
  placeLease: 15 * 60_000,
};

/** Fills in the defaults. */
export function kitchenOptions(options: Partial<KitchenOptions> = {}): KitchenOptions {
  return { ...DEFAULTS, ...options };
}

/** Reads the options from environment variables. @throws Error that names the variable that cannot be read. */
export function optionsFrom(env: Readonly<Record<string, string | undefined>>): Partial<KitchenOptions> {
  return defined({
    heartbeat: wholeNumber(env, 'KITCHEN_HEARTBEAT'),
    analyticsDays: wholeNumber(env, 'KITCHEN_ANALYTICS_DAYS'),
    fridgeDays: wholeNumber(env, 'KITCHEN_FRIDGE_DAYS'),
    morning: timeOfDay(env, 'KITCHEN_MORNING'),
    fridgeItems: wholeNumber(env, 'KITCHEN_FRIDGE_ITEMS'),
    ai: aiFrom(env),
    recipesPerDay: wholeNumber(env, 'KITCHEN_RECIPES_PER_DAY'),
    editingLease: wholeNumber(env, 'KITCHEN_EDITING_LEASE'),
    placeLease: wholeNumber(env, 'KITCHEN_PLACE_LEASE'),
  });
}

function aiFrom(env: Readonly<Record<string, string | undefined>>): AiOptions | undefined {
  const { KITCHEN_AI_URL: url, KITCHEN_AI_MODEL: model, KITCHEN_AI_KEY: key } = env;
  if (!url) return undefined;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new Error('KITCHEN_AI_URL must be an http: or https: URL.');
  if (!model) throw new Error('KITCHEN_AI_MODEL must name the model that KITCHEN_AI_URL is asked for.');
  return defined({ url, model, key: key || undefined, timeout: wholeNumber(env, 'KITCHEN_AI_TIMEOUT') });
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Leaves out what is undefined. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Defined<T>;
}

const MINUTES_OF_HOUR = 60;

/** Reads `HH:MM` as minutes after midnight. */
function timeOfDay(env: Readonly<Record<string, string | undefined>>, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hours === undefined) throw new Error(`${name} must be a time such as 08:00, and is "${text}".`);
  return Number(hours) * MINUTES_OF_HOUR + Number(minutes);
}

function wholeNumber(env: Readonly<Record<string, string | undefined>>, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`${name} must be a whole number from 1, and is "${text}".`);
  return number;
}
