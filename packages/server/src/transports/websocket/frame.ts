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
  const buffer = withHeader(FIN_TEXT, length);
  buffer.write(text, buffer.length - length);
  return buffer;
}

/** Frames a payload whose first byte of the header is given. */
export function frame(first: number, payload: Buffer): Buffer {
  const buffer = withHeader(first, payload.length);
  payload.copy(buffer, buffer.length - payload.length);
  return buffer;
}

/** Room for a payload of so many bytes, behind its header. */
function withHeader(first: number, length: number): Buffer {
  const header = length <= MAX_INLINE ? 2 : length <= MAX_UINT16 ? 4 : 10;
  const buffer = Buffer.allocUnsafe(header + length);
  buffer[0] = first;
  if (header === 2) buffer[1] = length;
  else if (header === 4) {
    buffer[1] = 126;
    buffer.writeUInt16BE(length, 2);
  } else {
    buffer[1] = 127;
    buffer.writeBigUInt64BE(BigInt(length), 2);
  }
  return buffer;
}

/** An empty ping frame; every ping is this one. */
export const PING_FRAME = Buffer.from([0x89, 0x00]);
