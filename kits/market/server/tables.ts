import type { FeedTables } from './feed/tables.ts';
import type { OrderTables } from './orders/tables.ts';
import type { ProductTables } from './products/tables.ts';
import type { SupportTables } from './support/tables.ts';
import type { TradingTables } from './trading/tables.ts';
import type { UserTables } from './user-tables.ts';

/** All tables of the market; each part declares its own beside its migrations. Times are milliseconds since 1970-01-01 UTC. */
export interface MarketTables
  extends UserTables,
    ProductTables,
    TradingTables,
    OrderTables,
    FeedTables,
    SupportTables {}

/** A row of a table, read. */
export type Row<Table extends keyof MarketTables> = {
  readonly [Column in keyof MarketTables[Table]]: MarketTables[Table][Column] extends {
    readonly __select__: infer Value;
  }
    ? Value
    : MarketTables[Table][Column];
};
