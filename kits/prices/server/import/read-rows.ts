import { type Column, columnOf } from './columns.ts';
import { faultOf, makeRow, type RowHints } from './make-row.ts';
import { readCsv } from './read-csv.ts';
import type { Row } from './row.ts';
import { type Line, splitLines } from './split-lines.ts';

/** CSV, or one JSON object a line. */
export type ImportFormat = 'csv' | 'jsonl';

/** Options of {@link readRows}. */
export interface ReadOptions extends RowHints {
  /** Characters of a row. @default 65536 */
  readonly maxLine?: number;
}

const MAX_LINE = 65_536;

/**
 * Reads rows of prices, as fast as they are taken and no faster. Empty lines are passed over; every other row is given,
 * a bad one as its fault, so that the nth is always the nth.
 *
 * CSV has a first line with names of columns: `id`, `sku` or `url` (at least one), `price` or `amount` (minor units),
 * and maybe `currency`, `name`, `brand`; also in Turkish, Russian and Ukrainian. JSON lines have the same as keys; a
 * `price` may also be a number of major units, or `{"amount": 9000, "currency": "TRY"}`.
 *
 * @throws ImportError when the first line of CSV does not name the columns
 */
export async function* readRows(
  source: AsyncIterable<string>,
  format: ImportFormat,
  options: ReadOptions = {},
): AsyncGenerator<Row> {
  const { maxLine = MAX_LINE } = options;
  const lines = splitLines(source, maxLine);
  try {
    yield* format === 'csv' ? readCsv(lines, maxLine, options) : readJson(lines, maxLine, options);
  } finally {
    // Also ends the source.
    await lines.return(undefined);
  }
}

async function* readJson(lines: AsyncIterable<Line>, maxLine: number, hints: RowHints): AsyncGenerator<Row> {
  for await (const { line, text } of lines) {
    if (text === undefined)
      yield faultOf(line, 'line_too_long', `The row has more than ${maxLine} characters.`);
    else if (text.trim() !== '') yield jsonRow(line, text, hints);
  }
}

function jsonRow(line: number, text: string, hints: RowHints): Row {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return faultOf(line, 'bad_json', 'The row is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return faultOf(line, 'bad_json', 'The row is not a JSON object.');
  const values = new Map<Column, unknown>();
  for (const [key, one] of Object.entries(value)) {
    const column = columnOf(key);
    if (column) values.set(column, one);
  }
  return makeRow(line, values, hints);
}
