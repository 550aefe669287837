import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Convert } from 'typebox/value';
import { assertSchema } from '../core/schema.ts';

/**
 * Has fastify check requests by typebox, as every other message is checked. What stands in an address is text, so it is
 * made a number or a boolean first where the schema asks for one; a body is taken as it is, and none as an empty object.
 */
export const validate: FastifySchemaCompiler<TSchema> =
  ({ schema, httpPart }) =>
  (given: unknown) => {
    try {
      const value = httpPart === 'body' ? (given ?? {}) : Convert(schema, given);
      assertSchema(schema, value, 'invalid_request');
      return { value };
    } catch (error) {
      return { error: error as Error };
    }
  };
