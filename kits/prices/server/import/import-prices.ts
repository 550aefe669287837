import { addAbortSignal, Readable } from 'node:stream';
import { type ImportFormat, type ReadOptions, readRows } from './read-rows.ts';
import { ImportError, type ImportedPrice, type ImportStop, isFault, type RowFault } from './row.ts';

/**
 * Takes rows, a batch at a time; the next is read when it is fulfilled. Gives back those that it refuses, if any. What it
 * throws ends the import.
 */
export type Sink<Refused = RowFault> = (
  batch: readonly ImportedPrice[],
) => Promise<readonly Refused[] | undefined>;

/** How far an import is. */
export interface ImportProgress {
  readonly bytes: number;
  /** Good and bad. */
  readonly rows: number;
  readonly imported: number;
  readonly refused: number;
}

/** What came of an import. */
export interface ImportResult extends ImportProgress {
  /** The first of the rows that were refused. */
  readonly faults: readonly RowFault[];
  /** Why it ended before its end; what was imported stays. */
  readonly stopped?: { readonly reason: ImportStop; readonly message: string };
}

/** Options of an import. */
export interface ImportOptions extends ReadOptions {
  /** Rows of a batch. @default 500 */
  readonly batch?: number;
  /** @default 1000000 */
  readonly maxRows?: number;
  /** @default 104857600 (100 MiB) */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

const MIB = 1024 * 1024;
const BATCH = 500;
const MAX_ROWS = 1_000_000;
const MAX_BYTES = 100 * MIB;
/** Refused rows that are told one by one; all are counted. */
const MAX_FAULTS = 1000;
/** Batches of rows after which progress is told though none was good. */
const SILENCE = 4;

/**
 * Imports prices from a stream that may be of any length: a bad row is told by its line, the good ones go to the sink.
 *
 * @param onProgress Called after each batch, and at the end.
 */
export async function importPrices(
  stream: AsyncIterable<Uint8Array | string>,
  format: ImportFormat,
  sink: Sink,
  onProgress: (progress: ImportProgress) => void = () => {},
  options: ImportOptions = {},
): Promise<ImportResult> {
  const { batch: size = BATCH, maxRows = MAX_ROWS, maxBytes = MAX_BYTES, signal } = options;
  const count = { bytes: 0, rows: 0, imported: 0, refused: 0 };
  const faults: RowFault[] = [];
  let batch: ImportedPrice[] = [];
  let told = 0;
  const refuse = (refused: readonly RowFault[]) => {
    count.refused += refused.length;
    faults.push(...refused.slice(0, MAX_FAULTS - faults.length));
  };
  const flush = async () => {
    const rows = batch;
    batch = [];
    const refused = rows.length > 0 ? ((await sink(rows)) ?? []) : [];
    count.imported += rows.length - refused.length;
    refuse(refused);
    told = count.rows;
    onProgress({ ...count });
  };
  const counted = async function* () {
    // So that a stream which says nothing any more can be called off, too.
    if (signal && stream instanceof Readable) addAbortSignal(signal, stream);
    for await (const chunk of stream) {
      count.bytes += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length;
      if (count.bytes > maxBytes)
        throw new ImportError('too_many_bytes', `An import has at most ${maxBytes} bytes.`);
      yield chunk;
    }
  };
  let stopped: ImportResult['stopped'];
  try {
    for await (const row of readRows(counted(), format, options)) {
      signal?.throwIfAborted();
      if (count.rows === maxRows)
        throw new ImportError('too_many_rows', `An import has at most ${maxRows} rows.`);
      count.rows += 1;
      if (isFault(row)) refuse([row]);
      else batch.push(row);
      if (batch.length === size || count.rows - told >= size * SILENCE) await flush();
    }
  } catch (error) {
    const cause = signal?.aborted ? new ImportError('aborted', 'The import was called off.') : error;
    if (!(cause instanceof ImportError)) throw error;
    stopped = { reason: cause.reason, message: cause.message };
  }
  // What is called off is not written any more; what is too long has good rows so far.
  if (stopped?.reason !== 'aborted') await flush();
  return {
    ...count,
    faults: faults.toSorted((one, other) => one.line - other.line),
    ...(stopped ? { stopped } : {}),
  };
}
