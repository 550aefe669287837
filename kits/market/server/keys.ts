import { type Call, Type } from '@tidings/server/kit';
import type { Actor } from './callers.ts';

/** As long as anywhere in the server's API. */
export const KeyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description: 'A repeat with the same key has one effect and the same answer.',
    }),
  ),
});

/**
 * What is asked over HTTP, for the transaction that answers it.
 *
 * @param name of the route, such as `POST /market/products`
 * @param data with the same key always the same
 */
export function callOf(actor: Actor, name: string, key: string | undefined, data: unknown): Call {
  return { name, data, key, identity: { user: actor.server ? undefined : actor.user }, server: actor.server };
}
