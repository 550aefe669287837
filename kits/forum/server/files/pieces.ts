import type { Db } from '../tables.ts';

/** Bytes of a piece, but for the last of a file. */
export const PIECE = 256 * 1024;

/** Reads a part of a file, piece by piece. @param range from `start` to `end`, both in it */
export async function* readPieces(
  db: Db,
  file: string,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  for (let piece = Math.floor(start / PIECE); piece * PIECE <= end; piece += 1) {
    const row = await db
      .selectFrom('forum_file_pieces')
      .select('content')
      .where('file', '=', file)
      .where('piece', '=', piece)
      .executeTakeFirst();
    // It was deleted meanwhile: whoever reads sees that it breaks off.
    if (!row) throw new Error(`the piece ${piece} of the file ${file} is gone`);
    const begin = piece * PIECE;
    yield row.content.subarray(Math.max(0, start - begin), end + 1 - begin);
  }
}
