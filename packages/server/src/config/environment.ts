/**
 * Options from environment variables: `TIDINGS_` and the option's path, and `HOST` and `PORT` as hosting sites set them.
 *
 * @module
 */
import Json from 'secure-json-parse';
import { closest } from './closest.ts';
import { OPTIONS, type Option, set, type Tree } from './options.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says. */
export interface FromEnvironment {
  readonly options: Tree;
  readonly faults: readonly string[];
}

/** Letters that are wrong in a slip of the pen. */
const SLIP = 1;

/** Reads the environment; an empty variable counts as none. */
export function readEnvironment(env: Environment): FromEnvironment {
  const options: Tree = {};
  const faults: string[] = [];
  const take = (option: Option, text: string | undefined) => {
    if (text) set(options, option.path, parse(option, text));
  };
  const known = new Set<string>();
  for (const option of OPTIONS) {
    known.add(option.variable);
    const [key] = option.path;
    if (option.path.length === 1 && (key === 'host' || key === 'port')) take(option, env[key.toUpperCase()]);
    const text = env[option.variable];
    // What Kubernetes puts into the environment beside a service named `tidings`.
    if (option.variable === 'TIDINGS_PORT' && text?.startsWith('tcp://')) continue;
    take(option, text);
  }
  for (const name of Object.keys(env)) {
    if (!name.startsWith('TIDINGS_') || known.has(name)) continue;
    // An environment is shared with other programs, so only what looks like a slip of the pen is one.
    const meant = closest(name, known, SLIP);
    if (meant) faults.push(`${name} (environment) is no option; did you mean ${meant}?`);
  }
  return { options, faults };
}

/** Turns a variable's text into what the option wants; text that cannot be is left for the check to refuse. */
function parse({ path, schema }: Option, text: string): unknown {
  switch (path.join('.')) {
    case 'trustProxy':
      return integer(text) ?? boolean(text) ?? words(text);
    case 'namespaces':
      return Json.safeParse(text) ?? text;
    case 'auth.publicKey':
      return text.replaceAll('\\n', '\n');
  }
  switch (schema['type' as keyof typeof schema]) {
    case 'boolean':
      return boolean(text) ?? text;
    case 'integer':
      return integer(text) ?? text;
    case 'array':
      return words(text);
    default:
      return text;
  }
}

function boolean(text: string): boolean | undefined {
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  if (/^(false|0|no|off)$/i.test(text)) return false;
  return undefined;
}

function integer(text: string): number | undefined {
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function words(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
