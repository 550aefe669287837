import { type Call, Type } from '@tidings/server/kit';
import type { Actor } from './actor.ts';

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

/** What is asked over HTTP, for the transaction that answers it. @param asked with the same key always the same */
export function callOf({ server, user }: Actor, key: string | undefined, asked: readonly unknown[]): Call {
  return { name: 'prices', data: asked, key, identity: { user }, server };
}
