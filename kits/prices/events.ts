/**
 * The events of the price tracker, as they are on the wire.
 *
 * One event goes to everybody who follows a channel, so its formatted strings are in one language, that of the server
 * (`PRICES_LANGUAGE`); the raw figures and the same strings in every language stand beside them, so that each client can
 * show its own.
 *
 * @module
 */
import Type, { type Static, type TSchema } from 'typebox';

/** Languages that texts are written in, by their BCP 47 codes. */
export const LANGUAGES = ['en', 'tr', 'ru', 'uk'] as const;

/** A language that texts are written in. */
export type Language = (typeof LANGUAGES)[number];

/** What a price is, exactly. */
export const Money = Type.Object(
  {
    amount: Type.Integer({ description: 'Minor units: kuruş, cents.' }),
    currency: Type.String({ description: 'ISO 4217, such as `TRY`.' }),
  },
  { additionalProperties: false, examples: [{ amount: 9000, currency: 'TRY' }] },
);
export type Money = Static<typeof Money>;

/** The same in every language. */
function inEveryLanguage<S extends TSchema>(schema: S) {
  return Type.Object({ en: schema, tr: schema, ru: schema, uk: schema });
}

const Shown = Type.String({ description: 'Formatted, such as `90 TL`.' });
const Message = Type.String({ description: 'One sentence.' });
const Percent = (description: string) =>
  Type.Number({ description: `${description}, in percent of the old price, to two digits.` });
const Moment = Type.Integer({ description: 'Milliseconds since 1970-01-01 UTC.' });

/** What every event of a changed price has. */
const changed = {
  product_id: Type.String(),
  old_price: Shown,
  new_price: Shown,
  message: Message,
  name: Type.String({ description: 'Of the product; plain text.' }),
  old: Money,
  new: Money,
  version: Type.Integer({ description: 'Counts the changes of the product; the newest is the highest.' }),
  at: Moment,
  texts: inEveryLanguage(Type.Object({ old_price: Shown, new_price: Shown, message: Message })),
};

/** A price has changed. On `product:ID`. */
export const PriceUpdate = Type.Object({
  ...changed,
  change: Type.Object({
    amount: Type.Number({ description: 'New less old, in whole units of the currency.' }),
    percentage: Percent('New less old'),
  }),
});
export type PriceUpdate = Static<typeof PriceUpdate>;

/** A price has fallen; comes after its `price_update`. On `product:ID`. */
export const PriceDrop = Type.Object({ ...changed, discount: Percent('How much less it is') });
export type PriceDrop = Static<typeof PriceDrop>;

/** What is told of a product, here and by HTTP. */
export const Product = Type.Object({
  id: Type.String(),
  name: Type.String({ description: 'Plain text: whatever looks like HTML in it is none.' }),
  price: Shown,
  brand: Type.Union([Type.String(), Type.Null()]),
  amount: Money.properties.amount,
  currency: Money.properties.currency,
  previous: Type.Union([Type.Integer(), Type.Null()], {
    description: 'The amount before the newest change.',
  }),
  url: Type.Union([Type.String(), Type.Null()], { description: 'Where it is sold.' }),
  image: Type.Union([Type.String(), Type.Null()]),
  owner: Type.Union([Type.String(), Type.Null()], {
    description: 'The user who added it; null when a backend did.',
  }),
  version: changed.version,
  created: Moment,
  updated: Moment,
});
export type Product = Static<typeof Product>;

/** How the shop page of a product is doing. */
export const Shop = Type.Object({
  url: Type.String(),
  state: Type.Union(
    ['ok', 'failing', 'stopped'].map((state) => Type.Literal(state)),
    { description: '`failing` is tried again; `stopped` was given up.' },
  ),
  fault: Type.Union([Type.String(), Type.Null()], { description: 'Why it could not be read, for programs.' }),
  error: Type.Union([Type.String(), Type.Null()], { description: 'The same, for people.' }),
  checked: Moment,
  next: Type.Union([Type.Integer(), Type.Null()], { description: 'When it is looked at again.' }),
});
export type Shop = Static<typeof Shop>;

/** A product, as HTTP answers with it. */
export const ProductState = Type.Object({
  ...Product.properties,
  shop: Type.Union([Shop, Type.Null()], { description: 'The shop page that its price is read from.' }),
});
export type ProductState = Static<typeof ProductState>;

/** A product is new. On `products:all`. */
export const ProductAdded = Type.Object({
  product: Product,
  message: Message,
  texts: inEveryLanguage(Type.Object({ price: Shown, message: Message })),
});
export type ProductAdded = Static<typeof ProductAdded>;

/** What has become of an import. */
export const ImportState = Type.Union(
  ['receiving', 'running', 'done', 'failed'].map((state) => Type.Literal(state)),
  { description: '`failed`: the body could not be read any further; what was imported before stays.' },
);

/** A row that was left out. */
export const ImportFault = Type.Object({
  line: Type.Integer({ description: 'Of the body, from 1.' }),
  fault: Type.String({
    description: 'Why, for programs: what is wrong with the row, or a code of docs/ERRORS.md.',
  }),
  message: Type.String({ description: 'The same, for people.' }),
});

/** How far an import is. */
export const Import = Type.Object({
  id: Type.String(),
  state: ImportState,
  channel: Type.String({ description: 'Where it tells how far it is.' }),
  bytes: Type.Integer({ description: 'Of the body.' }),
  rows: Type.Integer({ description: 'Done so far.' }),
  added: Type.Integer({ description: 'Products that were new.' }),
  changed: Type.Integer({ description: 'Products whose price, name or brand changed.' }),
  refused: Type.Integer({ description: 'Rows that were left out.' }),
  faults: Type.Array(ImportFault, { description: 'The first of them.' }),
  error: Type.Union([Type.String(), Type.Null()]),
  created: Moment,
  updated: Moment,
});
export type Import = Static<typeof Import>;

/** Events of `product:ID`. */
export const PRODUCT_EVENTS = { price_update: PriceUpdate, price_drop: PriceDrop };

/** Events of `products:all`. */
export const LIST_EVENTS = { product_added: ProductAdded };

/** Events of `import:ID`. */
export const IMPORT_EVENTS = { import_progress: Import };
