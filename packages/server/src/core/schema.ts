/**
 * JSON Schemas made into checks, once each.
 *
 * @module
 */
import { type ErrorCode, type ErrorDetail, TidingsError } from '@tidings/protocol';
import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';

const compiled = new WeakMap<TSchema, Validator>();

function validator(schema: TSchema): Validator {
  let check = compiled.get(schema);
  if (!check) {
    check = Compile(schema) as Validator;
    compiled.set(schema, check);
  }
  return check;
}

/** At most so many faults are told. */
const MAX_DETAILS = 10;

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
  const check = validator(schema);
  if (check.Check(value)) return;
  const details: ErrorDetail[] = check
    .Errors(value)
    .slice(0, MAX_DETAILS)
    .map((error) => ({ path: error.instancePath, message: error.message }));
  const first = details[0];
  throw new TidingsError(code, first ? `${first.path || 'The value'} ${first.message}.` : undefined, {
    details,
  });
}
