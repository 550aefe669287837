/**
 * The options of the schema one by one: what the environment, the check and the documentation walk through.
 *
 * @module
 */
import { IsObject as isObjectSchema, type TSchema } from 'typebox';
import { type Annotations, ConfigSchema } from './schema.ts';

/** One option. */
export interface Option {
  /** Its place, such as `['limits', 'message']`. */
  readonly path: readonly string[];
  /** Its environment variable, such as `TIDINGS_LIMITS_MESSAGE`. */
  readonly variable: string;
  readonly schema: TSchema & Annotations & { readonly default?: unknown };
}

/** Every option, in the order of the schema. */
export const OPTIONS: readonly Option[] = walk(ConfigSchema, []);

function walk(schema: TSchema, path: readonly string[]): Option[] {
  if (!isObjectSchema(schema))
    return [{ path, variable: variableOf(path), schema: schema as Option['schema'] }];
  return Object.entries(schema.properties).flatMap(([key, property]) => walk(property, [...path, key]));
}

function variableOf(path: readonly string[]): string {
  const words = path.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  return `TIDINGS_${words.join('_')}`;
}

/** A tree of options whose leaves nobody has checked. */
export type Tree = Record<string, unknown>;

/** Whether a value is an object of options, and not an option's value. */
export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads what stands at a path. */
export function get(tree: Tree, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    tree,
  );
}

/** Puts a value at a path; objects on the way are made. */
export function set(tree: Tree, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const inner = isTree(tree[key]) ? tree[key] : {};
  tree[key] = inner;
  set(inner, rest, value);
}
