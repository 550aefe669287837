import type { Money } from '../../../shared/server/money/money.ts';

/** Whether a product can be had. */
export type Availability = 'in_stock' | 'preorder' | 'out_of_stock';

/** What a shop page says of its product. Texts are plain, never HTML. */
export interface ShopReading {
  /** Never zero: who has no price to say often writes 0. */
  readonly price: Money;
  readonly name?: string;
  readonly brand?: string;
  /** An http(s) URL. */
  readonly image?: string;
  readonly availability?: Availability;
  /** The mark-up that the price was read from. */
  readonly source: 'json-ld' | 'microdata' | 'open-graph';
}
