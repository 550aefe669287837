import { TidingsError } from '@tidings/server/kit';

/** Writes bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Reads base64. @throws TidingsError `invalid_request` */
export function fromBase64(text: string, field: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  // Node skips what is no base64.
  if (bytes.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, ''))
    throw new TidingsError('invalid_request', `The "${field}" is not base64.`);
  return new Uint8Array(bytes);
}
