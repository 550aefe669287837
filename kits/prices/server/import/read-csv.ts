import { CsvError, parse } from 'csv-parse/sync';
import { type Column, columnOf } from './columns.ts';
import { faultOf, makeRow, type RowHints } from './make-row.ts';
import { ImportError, type Row } from './row.ts';
import type { Line } from './split-lines.ts';

const DELIMITERS = [';', ',', '\t'];
/** Excel's first line: which delimiter the others have. */
const SEPARATOR_LINE = /^"?sep=(.)"?$/i;
/** Lines of one row: a quoted text may have line breaks, and a forgotten quote must not eat the file. */
const MAX_LINES = 20;

/** Reads rows of CSV. Its first line names the columns. @throws ImportError */
export async function* readCsv(
  lines: AsyncIterator<Line>,
  maxLine: number,
  hints: RowHints,
): AsyncGenerator<Row> {
  const records = new Records(lines, maxLine);
  const header = await records.header();
  for await (const { line, fields, why } of records.rest()) {
    if (!fields) {
      yield why === 'too long'
        ? faultOf(line, 'line_too_long', `The row has more than ${maxLine} characters.`)
        : faultOf(line, 'bad_quotes', 'A quote is opened and not closed, or stands where none may.');
      continue;
    }
    // Spreadsheets add delimiters at the end.
    while (fields.length > header.length && fields.at(-1) === '') fields.pop();
    if (fields.length !== header.length) {
      const counts = `${fields.length} columns instead of ${header.length}`;
      yield faultOf(line, 'wrong_columns', `The row has ${counts}; what has a delimiter in it needs quotes.`);
      continue;
    }
    const values = new Map<Column, string>();
    for (const [index, column] of header.entries()) if (column) values.set(column, fields[index] ?? '');
    yield makeRow(line, values, hints);
  }
}

interface CsvRecord {
  readonly line: number;
  /** Undefined when it cannot be read. */
  readonly fields: string[] | undefined;
  readonly why?: 'quotes' | 'too long';
}

/** Lines joined to records. */
class Records {
  readonly #lines: AsyncIterator<Line>;
  readonly #maxLine: number;
  /** Lines that were read and turned out to belong to no earlier record. */
  readonly #back: Line[] = [];
  #delimiter: string | undefined;

  constructor(lines: AsyncIterator<Line>, maxLine: number) {
    this.#lines = lines;
    this.#maxLine = maxLine;
  }

  async header(): Promise<(Column | undefined)[]> {
    for (let next = await this.#next(); next; next = await this.#next()) {
      if (next.text?.trim() === '') continue;
      const told = next.line === 1 ? SEPARATOR_LINE.exec(next.text ?? '')?.[1] : undefined;
      if (told) {
        this.#delimiter = told;
        continue;
      }
      this.#delimiter ??= delimiterOf(next.text ?? '');
      const header = (this.#parse(next.text ?? '').fields ?? []).map(columnOf);
      const product = header.some((column) => column === 'id' || column === 'sku' || column === 'url');
      if (!product || !(header.includes('price') || header.includes('amount')))
        throw new ImportError(
          'The first line must name a column for the product (id, sku or url) and one for the price.',
        );
      const named = header.filter((column) => column !== undefined);
      if (new Set(named).size < named.length) throw new ImportError('The first line names a column twice.');
      return header;
    }
    throw new ImportError('The file has no first line that names its columns.');
  }

  async *rest(): AsyncGenerator<CsvRecord> {
    for (let next = await this.#next(); next; next = await this.#next()) {
      if (next.text === undefined) yield { line: next.line, fields: undefined, why: 'too long' };
      else if (next.text.trim() !== '') yield await this.#record(next.line, next.text);
    }
  }

  async #record(line: number, first: string): Promise<CsvRecord> {
    let { fields, open } = this.#parse(first);
    const joined: Line[] = [];
    for (let text = first; open && joined.length < MAX_LINES; ) {
      const next = await this.#next();
      if (!next) break;
      joined.push(next);
      text += `\n${next.text ?? ''}`;
      if (next.text === undefined || text.length > this.#maxLine) break;
      // Only a line with a quote in it can close one.
      if (next.text.includes('"')) ({ fields, open } = this.#parse(text));
    }
    if (fields) return { line, fields };
    // The quote was a mistake of this line; those after it are rows of their own.
    this.#back.unshift(...joined);
    return { line, fields: undefined, why: 'quotes' };
  }

  #parse(text: string): { fields?: string[]; open: boolean } {
    try {
      const [fields] = parse(text, {
        delimiter: this.#delimiter ?? ',',
        relax_quotes: true,
        trim: true,
        bom: false,
      });
      return { ...(fields ? { fields } : {}), open: false };
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      return { open: error.code === 'CSV_QUOTE_NOT_CLOSED' };
    }
  }

  async #next(): Promise<Line | undefined> {
    const back = this.#back.shift();
    if (back) return back;
    const { value, done } = await this.#lines.next();
    return done ? undefined : value;
  }
}

/** The delimiter of which the header has the most. */
function delimiterOf(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length;
  return DELIMITERS.reduce((best, one) => (count(one) > count(best) ? one : best));
}
