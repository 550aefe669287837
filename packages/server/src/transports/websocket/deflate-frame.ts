/**
 * A compressed WebSocket text frame (RFC 7692), built once for all who hear it.
 *
 * Each message is compressed by itself ("no context takeover"), so that its bytes are the same for every client and no
 * connection keeps a compressor.
 *
 * @module
 */
import { constants, deflateRawSync } from 'node:zlib';
import { frame, textFrame } from './frame.ts';

/** A final text frame whose payload is compressed (RSV1). */
const FIN_RSV1_TEXT = 0xc1;

/** Shorter messages gain nothing by compression, bytes. */
const THRESHOLD = 128;

/** Of the numbers that `Math.clz32` looks at. */
const BITS = 32;

/** A message's compressed form ends in these bytes, which RFC 7692 leaves out. */
const TAIL_LENGTH = 4;

/** The window that the server's side of the handshake states, bits; a message's own is never larger. */
export const WINDOW_BITS = 15;

/** The smallest window that zlib makes, bits. */
const MIN_WINDOW_BITS = 9;

/** How much memory zlib takes beside the window, 1 to 9. */
const MIN_MEMORY = 5;
const MEMORY = 8;

/** What zlib may add to what it cannot compress, bytes. */
const SLACK = 64;

/** Frames text, compressed where that makes it shorter. */
export function deflateFrame(text: string): Buffer {
  if (text.length < THRESHOLD) return textFrame(text);
  const payload = Buffer.from(text);
  // Each message has a compressor of its own. One as large as zlib makes them takes 280 KB from the system, and setting
  // that up costs many times what compressing a short message does; a message needs no window larger than itself.
  const bits = Math.max(MIN_WINDOW_BITS, Math.min(WINDOW_BITS, BITS - Math.clz32(payload.length)));
  const compressed = deflateRawSync(payload, {
    finishFlush: constants.Z_SYNC_FLUSH,
    windowBits: bits,
    memLevel: Math.max(MIN_MEMORY, Math.min(MEMORY, bits - MIN_MEMORY)),
    chunkSize: payload.length + SLACK,
  });
  if (compressed.length - TAIL_LENGTH >= payload.length) return textFrame(text);
  return frame(FIN_RSV1_TEXT, compressed.subarray(0, -TAIL_LENGTH));
}
