// Brings the types of what a schema says for OpenAPI.
import type {} from '@fastify/swagger';
import { ERRORS, type ErrorCode } from '@tidings/protocol';
import Type from 'typebox';
import { PROBLEM_TYPE, Problem } from './problem.ts';

/** The error answers of a route, for OpenAPI: one for each status its codes have. */
export function problems(...codes: readonly ErrorCode[]) {
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${ERRORS[code].message}`).join(' '),
        content: { [PROBLEM_TYPE]: { schema: Problem } },
      },
    ]),
  );
}

/** An answer without a body. */
export const NoContent = Type.Null({ description: 'Done.' });
