import { pipeline, type Readable } from 'node:stream';
import { MIMEType } from 'node:util';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { getEncoding } from 'encoding-sniffer';
import { PageError } from './page-error.ts';

/** How a body is to be read. */
interface BodyOptions {
  /** Bytes, unpacked. */
  readonly maxBytes: number;
  /** What is longer is cut there instead of refused. */
  readonly cut: boolean;
  /** The Content-Encoding. */
  readonly encoding: string | undefined;
}

const UNPACK = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const;

/** Reads a body, and stops reading where it has more than it may. @throws PageError `too_large`, `not_html` */
export async function readBody(body: Readable, options: BodyOptions): Promise<Buffer> {
  const { maxBytes, cut } = options;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    const stream = unpack(body, options.encoding?.trim().toLowerCase());
    // Leaving the loop ends the stream, and with it the connection.
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      chunks.push(chunk);
      if (size > maxBytes && !cut)
        throw new PageError('too_large', `The page has more than ${maxBytes} bytes.`);
      if (size >= maxBytes && cut) break;
    }
  } catch (error) {
    // Told to no one: the reading has ended.
    body.on('error', () => {}).destroy();
    throw isZlibError(error) ? new PageError('not_html', 'The page is not packed as it says.') : error;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

function unpack(body: Readable, encoding: string | undefined): Readable {
  if (encoding === undefined || encoding === '' || encoding === 'identity') return body;
  // Packed twice, or in a way that was not asked for, is nothing that a shop does.
  if (!Object.hasOwn(UNPACK, encoding))
    throw new PageError('not_html', 'The page is packed in a way that is not known.');
  const unpacked = UNPACK[encoding as keyof typeof UNPACK]();
  // An error is thrown where it is read.
  return pipeline(body, unpacked, () => {});
}

function isZlibError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(Z_|ERR_BROTLI|ERR__ERROR_FORMAT|ERR_PADDING)/.test(code) || code.startsWith('ERR__');
}

/**
 * Decodes a page by its byte order mark, its Content-Type, its `<meta charset>`, in this order; when none says
 * anything, as UTF-8.
 *
 * @param fixed The encoding of what is no HTML.
 */
export function decodeText(bytes: Uint8Array, contentType: string | undefined, fixed?: string): string {
  const charset = charsetOf(contentType);
  const encoding =
    fixed ??
    getEncoding(bytes, {
      defaultEncoding: 'UTF-8',
      ...(charset === undefined ? {} : { transportLayerEncodingLabel: charset }),
    });
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    // An encoding that the standard names and the runtime does not have.
    return new TextDecoder().decode(bytes);
  }
}

function charsetOf(contentType: string | undefined): string | undefined {
  try {
    return new MIMEType(contentType ?? '').params.get('charset') ?? undefined;
  } catch {
    return undefined;
  }
}
