/**
 * JSON Schemas made into checks, once each.
 *
 * @module
 */
import { type ErrorCode, type ErrorDetail, TidingsError } from '@tidings/protocol';
import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { quickCheck } from './quick-check.ts';

/** A schema's check, and one that is asked before it where there is one. */
interface Compiled {
  readonly full: Validator;
  readonly quick: ((value: unknown) => boolean) | undefined;
}

const compiled = new WeakMap<TSchema, Compiled>();

function checksOf(schema: TSchema): Compiled {
  let checks = compiled.get(schema);
  if (!checks) {
    checks = { full: Compile(schema) as Validator, quick: quickCheck(schema) };
    compiled.set(schema, checks);
  }
  return checks;
}

/** At most so many faults are told. */
const MAX_DETAILS = 10;

/** Whether a value fits a schema. */
export function fitsSchema(schema: TSchema, value: unknown): boolean {
  const { quick, full } = checksOf(schema);
  return quick?.(value) === true || full.Check(value);
}

/**
 * Checks a value against a schema.
 *
 * @throws TidingsError with `code` and a detail for each fault.
 */
export function assertSchema<S extends TSchema>(
  schema: S,
  value: unknown,
  code: ErrorCode,
): asserts value is Static<S> {
  if (fitsSchema(schema, value)) return;
  const details: ErrorDetail[] = checksOf(schema)
    .full.Errors(value)
    .slice(0, MAX_DETAILS)
    .map((error) => ({ path: error.instancePath, message: error.message }));
  const first = details[0];
  throw new TidingsError(code, first ? `${first.path || 'The value'} ${first.message}.` : undefined, {
    details,
  });
}
