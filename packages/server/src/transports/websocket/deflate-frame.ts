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

/** A message's compressed form ends in these bytes, which RFC 7692 leaves out. */
const TAIL_LENGTH = 4;

/** The window that the server's side of the handshake states, bits. */
export const WINDOW_BITS = 15;

/** Frames text, compressed where that makes it shorter. */
export function deflateFrame(text: string): Buffer {
  if (text.length < THRESHOLD) return textFrame(text);
  const payload = Buffer.from(text);
  const compressed = deflateRawSync(payload, {
    finishFlush: constants.Z_SYNC_FLUSH,
    windowBits: WINDOW_BITS,
  });
  if (compressed.length - TAIL_LENGTH >= payload.length) return textFrame(text);
  return frame(FIN_RSV1_TEXT, compressed.subarray(0, -TAIL_LENGTH));
}
