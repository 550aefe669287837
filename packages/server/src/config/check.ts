/**
 * What is wrong with the options one by one: names that are none, values that do not fit.
 *
 * @module
 */
import type { TSchema } from 'typebox';
import { IsInteger as isInteger, IsObject as isObjectSchema } from 'typebox';
import type { TLocalizedValidationError } from 'typebox/error';
import { Errors } from 'typebox/value';
import { closest } from './closest.ts';
import { isTree, type Option } from './options.ts';
import { ConfigSchema } from './schema.ts';

/** Names every key of a written configuration that is no option. */
export function unknownKeys(
  written: unknown,
  schema: TSchema = ConfigSchema,
  path: readonly string[] = [],
): string[] {
  if (!isObjectSchema(schema)) return [];
  if (written === undefined) return [];
  if (!isTree(written))
    return [`${path.join('.') || 'the configuration'} must be an object (is ${show(written)})`];
  return Object.entries(written).flatMap(([key, value]) => {
    const place = [...path, key];
    const property = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    if (property) return unknownKeys(value, property, place);
    return [`${place.join('.')} is no option${hint(key, Object.keys(schema.properties), path)}`];
  });
}

/** Says what is wrong with an option's value; nothing when it fits. @param place how to call the option. */
export function valueFaults({ schema }: Option, value: unknown, place: string): string[] {
  const errors = Errors(schema, value);
  if (errors.length === 0) return [];
  const is = schema.secret ? '' : ` (is ${show(value)})`;
  const expected = schema.expected ?? rangeOf(schema);
  if (expected) return [`${place} must be ${expected}${is}`];
  if (errors.every((error) => error.instancePath === '')) return [`${place} ${errors[0]?.message}${is}`];
  return innerFaults(errors, place);
}

/** A number's range in words. */
function rangeOf(schema: TSchema): string | undefined {
  if (!isInteger(schema)) return undefined;
  const { minimum, maximum } = schema as { readonly minimum?: number; readonly maximum?: number };
  return `a whole number from ${minimum} to ${maximum}`;
}

/** Of the errors at one place the outermost comes last, and says what all of its alternatives are. */
function innerFaults(errors: readonly TLocalizedValidationError[], place: string): string[] {
  const byPath = new Map<string, TLocalizedValidationError>();
  for (const error of errors) if (error.keyword !== 'boolean') byPath.set(error.instancePath, error);
  return [...byPath].flatMap(([pointer, error]) => {
    const at = place + pointer.replaceAll('/', '.');
    switch (error.keyword) {
      case 'additionalProperties':
        return error.params.additionalProperties.map((key) => `${at}.${key} is no option`);
      case 'enum':
        return [`${at} must be one of ${error.params.allowedValues.join(', ')}`];
      case 'anyOf':
        return [`${at} must be anyone, users, owner, granted, nobody, or (in a file) a function`];
      default:
        return [`${at} ${error.message}`];
    }
  });
}

function hint(key: string, known: readonly string[], path: readonly string[]): string {
  const meant = closest(key, known);
  return meant ? `; did you mean ${[...path, meant].join('.')}?` : '';
}

const LONGEST_VALUE = 60;

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
