/**
 * A WebSocket text frame (RFC 6455), built once for all who hear it.
 *
 * @module
 */

const FIN_TEXT = 0x81;
const MAX_INLINE = 125;
const MAX_UINT16 = 0xffff;

/** Frames text as one unmasked final frame, as a server sends it. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = length <= MAX_INLINE ? 2 : length <= MAX_UINT16 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = FIN_TEXT;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}

/** An empty ping frame; every ping is this one. */
export const PING_FRAME = Buffer.from([0x89, 0x00]);
