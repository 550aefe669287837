import { TidingsError } from '@tidings/server/kit';
import { requireOwner } from './actor.ts';
import type { ImportedPrice } from './import/row.ts';
import { type Act, addProduct, addressOf, changeProduct, lockProduct } from './products.ts';
import type { ProductRow, Transaction } from './tables.ts';

/**
 * Does one row of an import: changes the product that has its id, its SKU as id, or else its address; adds it when there
 * is none. What it throws, it throws before anything is written.
 *
 * @throws TidingsError
 */
export async function importProduct(
  transaction: Transaction,
  act: Act,
  { id, sku, url, name, brand, price }: ImportedPrice,
): Promise<'added' | 'changed' | 'same'> {
  const known = id ?? sku;
  const row =
    known === undefined ? await byAddress(transaction, act, url) : await lockProduct(transaction, known);
  const said = { ...(brand === undefined ? {} : { brand }), ...(url === undefined ? {} : { url }), price };
  if (row) {
    const after = await changeProduct(transaction, act, row, {
      ...said,
      ...(name === undefined ? {} : { name }),
    });
    return after === row ? 'same' : 'changed';
  }
  if (name === undefined) throw new TidingsError('invalid_request', 'A new product needs a name.');
  await addProduct(transaction, act, { ...said, name }, known);
  return 'added';
}

/** The oldest product of an address that whoever imports may change. */
async function byAddress(
  transaction: Transaction,
  { actor }: Act,
  url: string | undefined,
): Promise<ProductRow | undefined> {
  if (url === undefined) return undefined;
  let query = transaction.db
    .selectFrom('prices_products')
    .select('product')
    .where('url', '=', addressOf(url));
  if (actor.user !== undefined) query = query.where('owner', '=', actor.user);
  const found = await query.orderBy('id').limit(1).executeTakeFirst();
  const row = found && (await lockProduct(transaction, found.product));
  if (row) requireOwner(actor, row.owner);
  return row;
}
