/**
 * The configuration of a server: flags over environment over file over defaults, checked as a whole.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { unknownKeys, valueFaults } from './config/check.ts';
import { algorithmOf, combinationFaults } from './config/combinations.ts';
import { type Environment, readEnvironment } from './config/environment.ts';
import { get, isTree, OPTIONS, type Option, set, type Tree } from './config/options.ts';
import type { Algorithm, Config, ConfigInput } from './config/schema.ts';
import type { NamespaceOptions } from './core/namespace.ts';

export { type Config, type ConfigInput, ConfigSchema } from './config/schema.ts';

/** Declares a configuration, as `export default` of `tidings.config.ts`; gives it back with its types. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}

/** Where a configuration comes from. */
export interface ConfigSources {
  /** The configuration file; `false` for none. @default `tidings.config.ts` in the directory, when it is there */
  readonly file?: string | false | undefined;
  /** @default process.env */
  readonly env?: Environment;
  /** What stands above all else, such as flags. */
  readonly overrides?: ConfigInput;
  /** What relative paths in the environment and in the overrides start from. @default process.cwd() */
  readonly directory?: string;
}

/** The configuration file that is read without being named. */
const CONFIG_FILE = 'tidings.config.ts';

/** One place that options come from. */
interface Layer {
  readonly options: Tree;
  /** What its relative paths start from. */
  readonly directory: string;
  /** How a message calls the place of an option. */
  place(option: Option): string;
}

/**
 * Reads, completes and checks the configuration.
 *
 * @throws Error that names every fault, one a line.
 */
export async function loadConfig(sources: ConfigSources = {}): Promise<Config> {
  const { env = process.env, directory = process.cwd() } = sources;
  const file = findFile(sources.file ?? (env.TIDINGS_CONFIG || undefined), directory);
  const written = file === undefined ? {} : await readFile(file);
  const environment = readEnvironment(env);
  const overrides: unknown = sources.overrides ?? {};
  const faults = [...unknownKeys(written), ...environment.faults, ...unknownKeys(overrides)];
  const layers: Layer[] = [
    { options: tree(written), directory: file ? dirname(file) : directory, place: pathOf },
    { options: environment.options, directory, place: (option) => `${pathOf(option)} (environment)` },
    { options: tree(overrides), directory, place: pathOf },
  ];
  const config = complete(choose(layers, faults), env);
  faults.push(...combinationFaults(config, env.NODE_ENV === 'production'));
  if (faults.length > 0)
    throw new Error(`The configuration is refused:\n- ${[...new Set(faults)].join('\n- ')}`);
  return config;
}

const pathOf = ({ path }: Option): string => path.join('.');
const tree = (value: unknown): Tree => (isTree(value) ? value : {});

function findFile(named: string | false | undefined, directory: string): string | undefined {
  if (named === false) return undefined;
  const file = resolve(directory, named ?? CONFIG_FILE);
  if (existsSync(file)) return file;
  if (named === undefined) return undefined;
  throw new Error(`The configuration file ${file} does not exist.`);
}

async function readFile(file: string): Promise<unknown> {
  let loaded: { readonly default?: unknown };
  try {
    loaded = await import(pathToFileURL(file).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The configuration file ${file} does not load: ${reason}`, { cause: error });
  }
  if (loaded.default === undefined) throw new Error(`The configuration file ${file} has no default export.`);
  return loaded.default;
}

/** Takes for every option the value of the last place that has a right one, else its default. */
function choose(layers: readonly Layer[], faults: string[]): Tree {
  const chosen: Tree = {};
  for (const option of OPTIONS) {
    if (option.schema.default !== undefined) set(chosen, option.path, option.schema.default);
    for (const layer of layers) {
      const value = get(layer.options, option.path);
      if (value === undefined) continue;
      const wrong = valueFaults(option, value, layer.place(option));
      faults.push(...wrong);
      const right = wrong.length === 0 ? value : rightPart(option, value);
      if (right !== undefined)
        set(chosen, option.path, combine(option, get(chosen, option.path), right, layer.directory));
    }
  }
  set(chosen, ['data'], resolve(layers[0]?.directory ?? '', String(chosen.data)));
  return chosen;
}

/** Of namespaces those without a fault, so that what they mean together is checked too; of another option nothing. */
function rightPart(option: Option, value: unknown): unknown {
  if (option.path[0] !== 'namespaces' || !isTree(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry) => valueFaults(option, Object.fromEntries([entry]), '').length === 0,
    ),
  );
}

/** Namespaces of all places count; paths become absolute; else the later value replaces the earlier. */
function combine({ path }: Option, earlier: unknown, value: unknown, directory: string): unknown {
  switch (path.join('.')) {
    case 'namespaces':
      return { ...tree(earlier), ...tree(value) };
    case 'data':
      return resolve(directory, String(value));
    case 'kits':
      return Array.isArray(value) ? value.map((kit) => resolve(directory, String(kit))) : value;
    default:
      return value;
  }
}

/** Fills in the defaults that follow from other options. */
function complete(chosen: Tree, env: Environment): Config {
  const put = (path: readonly string[], value: unknown) => {
    if (get(chosen, path) === undefined) set(chosen, path, value);
  };
  put(['development'], env.NODE_ENV !== 'production' && isLoopback(String(chosen.host)));
  const development = chosen.development === true;
  put(['auth', 'anonymous'], development);
  put(['email', 'ownAddresses'], development);
  put(
    ['auth', 'algorithms'],
    defaultAlgorithms(get(chosen, ['auth', 'publicKey']), get(chosen, ['auth', 'jwksUrl'])),
  );
  put(['log', 'pretty'], development && process.stdout.isTTY === true);
  chosen.namespaces = { ...givenNamespaces(development), ...tree(chosen.namespaces) };
  // Every option has been checked against its schema, and those without a default were filled in just now.
  return chosen as unknown as Config;
}

/** Namespaces that are there without being declared; those for trying things out in development alone. */
function givenNamespaces(development: boolean): Readonly<Record<string, NamespaceOptions>> {
  const given: Record<string, NamespaceOptions> = {
    public: {
      durable: true,
      history: { size: 1000 },
      rights: { subscribe: development ? 'anyone' : 'users' },
    },
    user: { durable: true, rights: { subscribe: 'owner', publish: 'nobody' } },
  };
  if (!development) return given;
  const demo: NamespaceOptions = {
    durable: true,
    history: { size: 200 },
    presence: true,
    typing: true,
    rights: { subscribe: 'anyone', publish: 'anyone' },
  };
  return { ...given, demo };
}

function defaultAlgorithms(publicKey: unknown, jwksUrl: unknown): readonly Algorithm[] {
  if (typeof publicKey === 'string') {
    const own = algorithmOf(publicKey);
    return own ? [own] : [];
  }
  return typeof jwksUrl === 'string' ? ['RS256', 'ES256', 'EdDSA'] : ['HS256'];
}

/** Whether an address is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
