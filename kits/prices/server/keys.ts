/**
 * Idempotency keys of HTTP calls: a repeat under the same key has one effect and the same answer.
 *
 * The key is written in the transaction of what it stands for, so that neither is ever there without the other.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { TidingsError, Type } from '@tidings/server/kit';
import type { Prices, Transaction } from './tables.ts';

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

/** What a key stands for. */
export interface Keyed {
  /** Whose key it is. */
  readonly scope: string;
  readonly key: string | undefined;
  /** What is asked: with the same key always the same. */
  readonly asked: unknown;
}

/**
 * Runs a transaction, or gives the answer that it gave before under the key.
 *
 * @throws TidingsError `key_conflict`; whatever `work` throws, and then the key is not used up.
 */
export function once<Answer>(
  prices: Prices,
  { scope, key, asked }: Keyed,
  work: (transaction: Transaction) => Promise<Answer>,
): Promise<Answer> {
  return prices.transaction(async (transaction) => {
    if (key === undefined) return work(transaction);
    const { db } = transaction;
    const hash = createHash('sha256').update(JSON.stringify(asked)).digest('base64url');
    // Who comes second waits here until the first has committed.
    const taken = await db
      .insertInto('prices_keys')
      .values({ scope, key, hash, answer: null, created: prices.clock.now() })
      .onConflict((conflict) => conflict.columns(['scope', 'key']).doNothing())
      .returning('key')
      .executeTakeFirst();
    const one = { db, scope, key };
    if (!taken) return recall<Answer>(one, hash);
    const answer = await work(transaction);
    await ofKey(one)
      .set({ answer: JSON.stringify(answer) })
      .execute();
    return answer;
  });
}

interface Key {
  readonly db: Transaction['db'];
  readonly scope: string;
  readonly key: string;
}

function ofKey({ db, scope, key }: Key) {
  return db.updateTable('prices_keys').where('scope', '=', scope).where('key', '=', key);
}

async function recall<Answer>({ db, scope, key }: Key, hash: string): Promise<Answer> {
  const known = await db
    .selectFrom('prices_keys')
    .select(['hash', 'answer'])
    .where('scope', '=', scope)
    .where('key', '=', key)
    .executeTakeFirst();
  if (known?.hash !== hash || known.answer === null) throw new TidingsError('key_conflict');
  return JSON.parse(known.answer) as Answer;
}

/** Forgets keys that are older than they are remembered. */
export async function forgetKeys(prices: Prices, window: number): Promise<void> {
  await prices.db
    .deleteFrom('prices_keys')
    .where('created', '<=', prices.clock.now() - window)
    .execute();
}
