import { createHash } from 'node:crypto';
import { TidingsError } from '@tidings/server/kit';
import type { Db } from '../tables.ts';
import { ContentType, isAmong, TELLING } from './content-type.ts';
import { PIECE } from './pieces.ts';

/** What has come. */
interface Received {
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  readonly hash: string;
}

/**
 * Writes a file as it comes, piece by piece.
 *
 * @throws TidingsError `message_too_large`, `unsupported_media_type`, `invalid_request` when it is empty, or does not come
 * completely; what was written is the caller's to delete
 */
export async function receive(
  db: Db,
  file: string,
  content: AsyncIterable<Uint8Array>,
  { fileBytes, fileTypes }: { readonly fileBytes: number; readonly fileTypes: readonly string[] },
): Promise<Received> {
  const contentType = new ContentType();
  const hash = createHash('sha256');
  let size = 0;
  let pieces = 0;
  for await (const piece of inPieces(whole(content))) {
    size += piece.length;
    if (size > fileBytes)
      throw new TidingsError('message_too_large', `A file has ${fileBytes} bytes at most.`);
    if (pieces === 0) {
      await contentType.begin(piece.subarray(0, TELLING));
      if (contentType.known !== undefined) requireTaken(contentType.known, fileTypes);
    }
    contentType.read(piece);
    hash.update(piece);
    await db.insertInto('forum_file_pieces').values({ file, piece: pieces, content: piece }).execute();
    pieces += 1;
  }
  if (size === 0) throw new TidingsError('invalid_request', 'The file is empty.');
  const type = contentType.end();
  requireTaken(type, fileTypes);
  return { type, size, hash: hash.digest('hex') };
}

function requireTaken(type: string, types: readonly string[]): void {
  if (!isAmong(type, types))
    throw new TidingsError('unsupported_media_type', `Files of the type ${type} are not taken here.`);
}

/** Says of a body that breaks off that it did. */
async function* whole(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (error) {
    throw new TidingsError('invalid_request', 'The file did not come completely.', { cause: error });
  }
}

/** Cuts bytes into pieces of one size; the last one may be smaller. */
async function* inPieces(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of content) {
    parts.push(part);
    length += part.length;
    if (length < PIECE) continue;
    const bytes = Buffer.concat(parts);
    let begin = 0;
    for (; begin + PIECE <= bytes.length; begin += PIECE) yield bytes.subarray(begin, begin + PIECE);
    parts = [bytes.subarray(begin)];
    length = bytes.length - begin;
  }
  if (length > 0) yield Buffer.concat(parts);
}
