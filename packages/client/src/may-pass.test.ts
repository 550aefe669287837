import { ERRORS } from '@tidings/protocol';
import { expect, it } from 'vitest';
import { PASSING } from './may-pass.ts';

it('knows the same codes as the registry', () => {
  const passing = Object.entries(ERRORS).flatMap(([code, { retry }]) => (retry ? [code] : []));
  expect([...PASSING].sort()).toEqual(passing.sort());
});
