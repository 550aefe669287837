/**
 * What the market takes and tells: each event's name with the schema of its data. The names are those of the raw WebSocket,
 * and the same on every transport.
 *
 * Money stands in every event twice: `price`, a number in whole units of the currency, which is to be shown, and `amount`
 * in minor units, which is to be reckoned with.
 *
 * @module
 */
import Type, { type Static, type TSchema } from 'typebox';

/** Languages that texts are written in, by their BCP 47 codes. */
export const LANGUAGES = ['en', 'tr', 'ru', 'uk'] as const;

/** A language that texts are written in. */
export type Language = (typeof LANGUAGES)[number];

/** What a product is known by: safe in an address and in a channel's name. */
export const PRODUCT_ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';

/** The most levels of one side that `BOOK_UPDATED` has. */
export const TOLD_LEVELS = 10;

/** The most days that a bid or an ask may stay. */
export const MAX_DAYS = 90;

/** The products of the list "Popular". */
export const POPULAR_SIZE = 10;

function orNull<S extends TSchema>(schema: S, description?: string) {
  return Type.Union([schema, Type.Null()], description === undefined ? {} : { description });
}

export const ProductId = Type.String({
  maxLength: 64,
  pattern: PRODUCT_ID_PATTERN,
  description: 'A product: its channel is `sneaker:ID`.',
  examples: ['air-jordan-1-chicago'],
});
/** A size, as its product has it: `42`, `9.5`, `US 9`. */
export const Size = Type.String({ minLength: 1, maxLength: 16, pattern: '^[^\\p{C}]+$', examples: ['42'] });
export const UserId = Type.String({
  pattern: '^[^\\p{C}\\p{Zl}\\p{Zp}]{1,128}$',
  description: 'A user, as in `sub`.',
});
/** The id of a bid, an ask, a match, an order, a ticket or a message: a whole number that is never given out twice. */
export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const Price = Type.Number({
  description: 'In whole units of the currency: 205, 99.5.',
  examples: [205],
});
export const Amount = Type.Integer({
  description: 'The same in minor units: 20500, 9950.',
  examples: [20_500],
});
const Currency = Type.String({ description: 'ISO 4217.', examples: ['USD'] });
const At = Type.Integer({ description: 'Milliseconds since 1970-01-01 UTC.' });
const Timestamp = Type.String({ description: '`at` as ISO 8601.', examples: ['2026-01-21T20:00:00.000Z'] });
const Message = Type.String({ description: 'One sentence.' });
const Version = Type.Integer({
  description: 'Counts the changes of the book; of two events the one with the higher is the newer.',
});

const money = { price: Price, amount: Amount, currency: Currency };
/** One sentence in every language. */
const Texts = Type.Object({ en: Message, tr: Message, ru: Message, uk: Message });

// Products

/** A product, as it is told and as HTTP answers with it. */
export const Product = Type.Object({
  id: Type.String(),
  name: Type.String({ description: 'Plain text: whatever looks like HTML in it is none.' }),
  brand: orNull(Type.String()),
  image: orNull(Type.String(), 'An address of the web.'),
  currency: Currency,
  retail_price: orNull(Price, 'What it costs new in a shop.'),
  retail_amount: orNull(Amount),
  sizes: Type.Array(Type.String()),
  tick: Type.Integer({ description: 'Prices are multiples of this, minor units.' }),
  min_amount: Type.Integer({ description: 'The lowest price that may be offered, minor units.' }),
  max_amount: Type.Integer({ description: 'The highest.' }),
  halted: Type.Boolean({ description: 'Nothing can be bid or asked now.' }),
  highest_bid: orNull(Price, 'The best of all sizes.'),
  highest_bid_amount: orNull(Amount),
  lowest_ask: orNull(Price, 'The best of all sizes.'),
  lowest_ask_amount: orNull(Amount),
  last_sale: orNull(Price),
  last_sale_amount: orNull(Amount),
  last_sale_at: orNull(At),
  trades: Type.Integer({ description: 'Pairs sold so far.' }),
  created: At,
  updated: At,
});
export type Product = Static<typeof Product>;

/** One size of a product. */
export const SizeState = Type.Object({
  size: Type.String(),
  highest_bid: orNull(Price),
  highest_bid_amount: orNull(Amount),
  lowest_ask: orNull(Price),
  lowest_ask_amount: orNull(Amount),
  last_sale: orNull(Price),
  last_sale_amount: orNull(Amount),
  last_sale_at: orNull(At),
  version: Version,
});
export type SizeState = Static<typeof SizeState>;

/** A product with its sizes, as `GET /market/products/ID` answers. */
export const ProductState = Type.Object({ ...Product.properties, by_size: Type.Array(SizeState) });
export type ProductState = Static<typeof ProductState>;

// Market data. On `sneaker:ID` and `market:all`, but for `BOOK_UPDATED`

/** The best bids have changed. */
export const BidUpdated = Type.Object({
  product_id: Type.String(),
  price: orNull(Price, 'The highest bid for the product, in any size; null when there is none.'),
  amount: orNull(Amount, 'The same in minor units.'),
  currency: Currency,
  size: Type.String({ description: 'The size whose book has changed.' }),
  size_price: orNull(Price, 'The highest bid for that size.'),
  size_amount: orNull(Amount),
  version: Version,
  at: At,
});
export type BidUpdated = Static<typeof BidUpdated>;

/** The best asks have changed: likewise, with the lowest. */
export const AskUpdated = Type.Object({
  ...BidUpdated.properties,
  price: orNull(Price, 'The lowest ask for the product, in any size; null when there is none.'),
  size_price: orNull(Price, 'The lowest ask for that size.'),
});
export type AskUpdated = Static<typeof AskUpdated>;

/** A pair was sold; who bought and sold is not said. */
export const MatchCreated = Type.Object({
  match_id: Id,
  product_id: Type.String(),
  size: Type.String(),
  ...money,
  message: Type.String({ description: '`MATCH! Sold at $215`.' }),
  texts: Texts,
  timestamp: Timestamp,
  at: At,
  taker: Type.Enum(['bid', 'ask'], { description: 'Which of the two came last.' }),
  version: Version,
});
export type MatchCreated = Static<typeof MatchCreated>;

/** To both parties, on `user:ID`: their bid or ask was matched. */
export const MyMatchCreated = Type.Object({
  ...MatchCreated.properties,
  product_name: Type.String(),
  message: Type.String({
    description: '`Your sneakers sold for $205!` or `You bought for $205!`, in the user’s language.',
  }),
  role: Type.Enum(['buyer', 'seller']),
  order_id: Id,
  offer_id: Type.Integer({ description: 'One’s own bid or ask.' }),
});
export type MyMatchCreated = Static<typeof MyMatchCreated>;

/** One price of a book. */
export const Level = Type.Object({
  price: Price,
  amount: Amount,
  count: Type.Integer({ description: 'Pairs.' }),
});
export type Level = Static<typeof Level>;

/** A size's book, the best price first; on `depth:ID`, which keeps no past: read it by HTTP once one follows it. */
export const BookUpdated = Type.Object({
  product_id: Type.String(),
  size: Type.String(),
  currency: Currency,
  bids: Type.Array(Level, { description: `At most ${TOLD_LEVELS}.` }),
  asks: Type.Array(Level),
  version: Version,
  at: At,
});
export type BookUpdated = Static<typeof BookUpdated>;

/** What a product is has changed: its name, its sizes, whether it can be traded; or it is removed. On `sneaker:ID`, `market:all`. */
export const ProductUpdated = Type.Object({
  product_id: Type.String(),
  product: orNull(Product, 'Null: it is removed.'),
  at: At,
});
export type ProductUpdated = Static<typeof ProductUpdated>;

/** A sale, without who. */
export const Trade = Type.Object({
  match_id: Id,
  product_id: Type.String(),
  size: Type.String(),
  ...money,
  taker: Type.Enum(['bid', 'ask']),
  timestamp: Timestamp,
  at: At,
});
export type Trade = Static<typeof Trade>;

/** Prices of one stretch of time. */
export const Candle = Type.Object({
  at: Type.Integer({ description: 'When it begins, milliseconds since 1970-01-01 UTC.' }),
  open: Price,
  high: Price,
  low: Price,
  close: Price,
  trades: Type.Integer(),
});
export type Candle = Static<typeof Candle>;

// Bids and asks

export const SIDES = ['bid', 'ask'] as const;
export type Side = (typeof SIDES)[number];

/** A bid or an ask, as its user sees it. */
export const Offer = Type.Object({
  id: Id,
  side: Type.Enum([...SIDES]),
  product_id: Type.String(),
  product_name: Type.String(),
  size: Type.String(),
  ...money,
  status: Type.Enum(['open', 'matched', 'cancelled', 'expired', 'withdrawn'], {
    description: '`withdrawn`: its product was removed.',
  }),
  placed: At,
  expires: At,
  ended: orNull(At, 'When it ceased to be open.'),
  match_id: orNull(Id, 'Of a matched one; also the id of its order.'),
});
export type Offer = Static<typeof Offer>;

/** To a user, on all their devices: one of their bids or asks is new or another than before. On `user:ID`. */
export const OfferUpdated = Type.Object({ offer: Offer, at: At });
export type OfferUpdated = Static<typeof OfferUpdated>;

/** What `place_bid` and `place_ask` answer, and the changing of a price: the same for every repeat under a key. */
export const Placed = Type.Object({
  offer: Offer,
  match: orNull(MyMatchCreated, 'When it met another at once.'),
});
export type Placed = Static<typeof Placed>;

/** What is placed. Of `price` and `amount` one. */
export const PlaceOffer = Type.Object({
  product_id: ProductId,
  size: Type.Optional(Size),
  price: Type.Optional(Price),
  amount: Type.Optional(Amount),
  days: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_DAYS,
      description: 'It expires after so many; as the market says, when absent.',
    }),
  ),
});
export type PlaceOffer = Static<typeof PlaceOffer>;

export const ChangeOffer = Type.Object({
  id: Id,
  price: Type.Optional(Price),
  amount: Type.Optional(Amount),
});
export type ChangeOffer = Static<typeof ChangeOffer>;

export const CancelOffer = Type.Object({ id: Id });

// Orders. On `order:ID` (its two parties) and `user:ID` of both

export const ORDER_STATUSES = [
  'placed',
  'payment_confirmed',
  'shipped',
  'delivered',
  'cancelled',
  'refunded',
] as const;
export const OrderStatus = Type.Enum([...ORDER_STATUSES]);
export type OrderStatus = Static<typeof OrderStatus>;

/** One step of an order. */
export const OrderStep = Type.Object({
  status: OrderStatus,
  by: Type.Enum(['market', 'backend', 'buyer', 'seller'], {
    description: '`market`: by itself, such as when it was not paid in time.',
  }),
  note: orNull(Type.String()),
  at: At,
  timestamp: Timestamp,
});
export type OrderStep = Static<typeof OrderStep>;

/** An order, as one of its parties sees it. Its id is that of its match. */
export const Order = Type.Object({
  order_id: Id,
  match_id: Id,
  product_id: Type.String(),
  product_name: Type.String(),
  image: orNull(Type.String()),
  size: Type.String(),
  ...money,
  role: Type.Enum(['buyer', 'seller', 'backend'], { description: 'Of who reads it.' }),
  status: OrderStatus,
  carrier: orNull(Type.String()),
  tracking: orNull(Type.String()),
  pay_until: orNull(At, 'When it is cancelled unless it was paid; null once that is settled.'),
  steps: Type.Array(OrderStep, { description: 'What has become of it, the oldest first.' }),
  next: Type.Array(OrderStatus, { description: 'The steps that who reads it may do now.' }),
  created: At,
  updated: At,
});
export type Order = Static<typeof Order>;

/** An order is a step further. */
export const OrderStatusUpdated = Type.Object({
  order_id: Id,
  status: OrderStatus,
  product_id: Type.String(),
  product_name: Type.String(),
  size: Type.String(),
  ...money,
  message: Type.String({ description: 'One sentence; on `user:ID` in the user’s language.' }),
  texts: Texts,
  role: orNull(Type.Enum(['buyer', 'seller']), 'On `user:ID`: who one is in it; null on `order:ID`.'),
  by: OrderStep.properties.by,
  carrier: orNull(Type.String()),
  tracking: orNull(Type.String()),
  step: Type.Integer({ minimum: 1, description: 'Counts the steps of the order.' }),
  timestamp: Timestamp,
  at: At,
});
export type OrderStatusUpdated = Static<typeof OrderStatusUpdated>;

export const UpdateOrder = Type.Object({
  order_id: Id,
  status: OrderStatus,
  carrier: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  tracking: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  note: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
});
export type UpdateOrder = Static<typeof UpdateOrder>;

// The feed "Hot Deals". On `feed:deals`

/** A product is new. */
export const NewProduct = Type.Object({ product: Product, message: Message, texts: Texts, at: At });
export type NewProduct = Static<typeof NewProduct>;

/** The lowest ask has fallen well below the lowest of the day. */
export const PriceDrop = Type.Object({
  product_id: Type.String(),
  product_name: Type.String(),
  size: Type.String(),
  ...money,
  old_price: Price,
  old_amount: Amount,
  percent: Type.Number({ description: 'How much less it is, in percent of the old price.' }),
  message: Type.String({ description: '`Price dropped!` and what it is now.' }),
  texts: Texts,
  at: At,
});
export type PriceDrop = Static<typeof PriceDrop>;

/** The order of the most popular products has changed. */
export const PopularUpdated = Type.Object({
  products: Type.Array(
    Type.Object({ product_id: Type.String(), name: Type.String(), score: Type.Number() }),
    {
      maxItems: POPULAR_SIZE,
      description: 'The most popular first.',
    },
  ),
  at: At,
});
export type PopularUpdated = Static<typeof PopularUpdated>;

/** What `GET /market/feed` answers: to begin with, before `feed:deals` is heard. */
export const Feed = Type.Object({
  popular: Type.Array(Product),
  newest: Type.Array(Product),
  drops: Type.Array(PriceDrop, { description: 'Of the last 24 hours, the newest first.' }),
});
export type Feed = Static<typeof Feed>;

/** "Tell me when an ask is at or below this." */
export const Watch = Type.Object({
  product_id: Type.String(),
  product_name: Type.String(),
  size: orNull(Type.String(), 'Null: any.'),
  ...money,
  reached: Type.Boolean({
    description: 'An ask is there already: the next is told only after it was gone in between.',
  }),
  created: At,
});
export type Watch = Static<typeof Watch>;

export const WatchProduct = Type.Object({
  product_id: ProductId,
  size: Type.Optional(Size),
  price: Type.Optional(Price),
  amount: Type.Optional(Amount),
});
export const UnwatchProduct = Type.Object({ product_id: ProductId });

// Support. On `support:ID` (the ticket's user and agents), and `support:queue` (agents)

export const TICKET_STATUSES = ['open', 'taken', 'closed'] as const;

/** A conversation with the support. */
export const Ticket = Type.Object({
  ticket_id: Id,
  user_id: Type.String(),
  user_name: Type.String(),
  subject: Type.String(),
  order_id: orNull(Id),
  status: Type.Enum([...TICKET_STATUSES]),
  agent_id: orNull(Type.String()),
  agent_name: orNull(Type.String()),
  last_seq: Type.Integer({ description: 'Of the newest message; 0 when there is none.' }),
  unread: Type.Integer({
    description: 'For who reads it: the user’s own, or for agents the user’s messages.',
  }),
  channel: Type.String({ description: '`support:ID`; typing and presence are there too.' }),
  created: At,
  updated: At,
});
export type Ticket = Static<typeof Ticket>;

/** A message of a ticket; plain text. */
export const ChatMessage = Type.Object({
  ticket_id: Id,
  seq: Type.Integer({ minimum: 1, description: 'Place in the ticket, contiguous from 1.' }),
  from: Type.Enum(['user', 'agent']),
  user_id: Type.String(),
  name: Type.String(),
  text: Type.String(),
  client_id: orNull(Type.String(), 'The writer’s own id of it.'),
  timestamp: Timestamp,
  at: At,
});
export type ChatMessage = Static<typeof ChatMessage>;

/** A ticket is new, taken, closed. On `support:ID` and `support:queue`. */
export const TicketUpdated = Type.Object({ ticket: Type.Omit(Ticket, ['unread']), at: At });
export type TicketUpdated = Static<typeof TicketUpdated>;

/** How far a side has read. On `support:ID`. */
export const ChatRead = Type.Object({
  ticket_id: Id,
  by: Type.Enum(['user', 'agent']),
  seq: Type.Integer({ minimum: 0 }),
  at: At,
});
export type ChatRead = Static<typeof ChatRead>;

export const OpenTicket = Type.Object({
  subject: Type.String({ minLength: 1, maxLength: 200 }),
  order_id: Type.Optional(Id),
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 4000, description: 'The first message.' })),
});
export const WriteChatMessage = Type.Object({
  ticket_id: Id,
  text: Type.String({ minLength: 1, maxLength: 4000 }),
  id: Type.Optional(
    Type.Union([Type.String({ minLength: 1, maxLength: 128 }), Type.Integer()], {
      description: 'The client’s id of the message: a resend under it has one effect and the same answer.',
    }),
  ),
});
export const OfTicket = Type.Object({ ticket_id: Id });
export const ReadTicket = Type.Object({
  ticket_id: Id,
  seq: Type.Optional(Type.Integer({ minimum: 0, description: 'All, when absent.' })),
});

// Which channel tells what

/** Events of `sneaker:ID`: durable, all of them can be resumed. */
export const SNEAKER_EVENTS = {
  BID_UPDATED: BidUpdated,
  ASK_UPDATED: AskUpdated,
  MATCH_CREATED: MatchCreated,
  PRODUCT_UPDATED: ProductUpdated,
} as const;

/** Events of `market:all`: the same of all products; a slow reader gets the newest of each product and side. */
export const MARKET_EVENTS = { ...SNEAKER_EVENTS } as const;

/** Events of `depth:ID`. */
export const DEPTH_EVENTS = { BOOK_UPDATED: BookUpdated } as const;

/** Events of `feed:deals`. */
export const FEED_EVENTS = {
  NEW_PRODUCT: NewProduct,
  PRICE_DROP: PriceDrop,
  POPULAR_UPDATED: PopularUpdated,
} as const;

/** Events of `order:ID`. */
export const ORDER_EVENTS = { ORDER_STATUS_UPDATED: OrderStatusUpdated } as const;

/** Events of `support:ID`, and `TICKET_UPDATED` alone of `support:queue`. */
export const SUPPORT_EVENTS = {
  CHAT_MESSAGE: ChatMessage,
  CHAT_READ: ChatRead,
  TICKET_UPDATED: TicketUpdated,
} as const;

/** What one user hears of the market on `user:ID`, beside `notification`. */
export interface PersonalEvents {
  readonly MATCH_CREATED: MyMatchCreated;
  readonly OFFER_UPDATED: OfferUpdated;
  readonly ORDER_STATUS_UPDATED: OrderStatusUpdated;
  /** A ticket's user hears of answers also where the ticket is not open. */
  readonly CHAT_MESSAGE: ChatMessage;
}

/** All that the raw WebSocket tells as it is. */
export const TOLD_EVENTS: ReadonlySet<string> = new Set([
  ...Object.keys(SNEAKER_EVENTS),
  ...Object.keys(DEPTH_EVENTS),
  ...Object.keys(FEED_EVENTS),
  ...Object.keys(ORDER_EVENTS),
  ...Object.keys(SUPPORT_EVENTS),
  'OFFER_UPDATED',
]);
