/**
 * Checks of objects that may have no other properties, made quicker.
 *
 * A compiled check of `additionalProperties: false` lists the names of a value and gives each to a regular expression,
 * which takes longer than all else it looks at. Whether each is in a set is the same question.
 *
 * @module
 */
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** A check that passes nothing which is not right, and may leave what is right to another. */
type Check = (value: unknown) => boolean;

/**
 * @returns a check that passes nothing that `schema` does not pass; `undefined` where there is no quicker one than its
 * own. What it does not pass may pass that one.
 */
export function quickCheck(schema: TSchema): Check | undefined {
  const names = namesCheck(schema);
  if (!names) return undefined;
  const rest = Compile(opened(schema));
  return (value) => names(value) && rest.Check(value);
}

/** What is looked at of a schema. */
interface Shape {
  readonly type?: unknown;
  readonly items?: TSchema;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly additionalProperties?: unknown;
  readonly patternProperties?: unknown;
}

/** Checks the names of properties, in closed objects and in arrays of them; `undefined` where there is nothing to check. */
function namesCheck(schema: TSchema): Check | undefined {
  const { items, properties = {} } = schema as Shape;
  if (isArray(schema)) {
    const each = items && namesCheck(items);
    return each && ((value) => Array.isArray(value) && value.every((item) => each(item)));
  }
  if (!isClosed(schema)) return undefined;
  const known = new Map(Object.entries(properties).map(([name, property]) => [name, namesCheck(property)]));
  const inner = [...known].flatMap(([name, check]) => (check ? [{ name, check }] : []));
  return (value) => {
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      return false;
    for (const name in value) if (!known.has(name)) return false;
    for (const { name, check } of inner) {
      const property = (value as Readonly<Record<string, unknown>>)[name];
      if (property !== undefined && !check(property)) return false;
    }
    return true;
  };
}

/** The schema without what {@link namesCheck} checks. */
function opened(schema: TSchema): TSchema {
  const { items, properties = {}, ...shape } = schema as TSchema & Shape;
  if (isArray(schema)) return items ? { ...shape, items: opened(items) } : schema;
  if (!isClosed(schema)) return schema;
  const { additionalProperties: _, ...open } = shape;
  const inside = Object.entries(properties).map(([name, property]) => [name, opened(property)]);
  return { ...open, properties: Object.fromEntries(inside) };
}

function isArray({ type }: Shape): boolean {
  return type === 'array';
}

function isClosed({ type, additionalProperties, patternProperties }: Shape): boolean {
  return type === 'object' && additionalProperties === false && patternProperties === undefined;
}
