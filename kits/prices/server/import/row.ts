import type { Money, PriceFault } from '../../../shared/server/money/money.ts';

/** A row that can be imported. It has an id, a SKU or a URL, or several of them. */
export interface ImportedPrice {
  /** Of the file, from 1; where a row has several lines, the first. */
  readonly line: number;
  readonly id?: string;
  readonly sku?: string;
  readonly url?: string;
  readonly name?: string;
  readonly brand?: string;
  readonly price: Money;
}

/** Why a row is left out. */
export type RowFaultCode =
  | PriceFault
  | 'line_too_long'
  | 'bad_encoding'
  | 'bad_quotes'
  | 'bad_json'
  | 'wrong_columns'
  | 'no_product'
  | 'bad_field';

/** A row that is left out, and why: the fault for programs, the message (one English sentence) for people. */
export interface RowFault {
  readonly line: number;
  readonly fault: RowFaultCode;
  readonly message: string;
}

/** A row, or why it is none. */
export type Row = ImportedPrice | RowFault;

/** Whether a row is left out. */
export function isFault(row: Row): row is RowFault {
  return 'fault' in row;
}

/** No further row can be read: the first line does not say what the columns are. The message is one English sentence. */
export class ImportError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ImportError';
  }
}
