/**
 * Splits bytes into what is whole. Each function returns how many bytes it took; what is left is the beginning of more.
 *
 * @module
 */

const END_OF_HEAD = '\r\n\r\n';

/** The length of an HTTP head with the line that ends it; 0 when it is not whole. */
export function headLength(bytes: Buffer): number {
  const end = bytes.indexOf(END_OF_HEAD);
  return end < 0 ? 0 : end + END_OF_HEAD.length;
}

/** The first digit of the status of an HTTP response. */
export const statusClass = (bytes: Buffer) => bytes.toString('latin1', 9, 10);

/** WebSocket frames. @param take gets the first byte and the payload of each; false ends it. */
export function splitFrames(bytes: Buffer, take: (first: number, payload: Buffer) => boolean): number {
  let done = 0;
  while (bytes.length - done >= 2) {
    let size = (bytes[done + 1] as number) & 127;
    let head = 2;
    if (size === 126) {
      if (bytes.length - done < 4) break;
      size = bytes.readUInt16BE(done + 2);
      head = 4;
    } else if (size === 127) {
      if (bytes.length - done < 10) break;
      size = Number(bytes.readBigUInt64BE(done + 2));
      head = 10;
    }
    if (bytes.length - done < head + size) break;
    const from = done + head;
    const first = bytes[done] as number;
    done = from + size;
    if (!take(first, bytes.subarray(from, done))) break;
  }
  return done;
}

/** Lines, without what ends them. */
export function splitLines(bytes: Buffer, take: (line: Buffer) => void): number {
  let done = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, done)) {
    const line = bytes.subarray(done, end);
    done = end + 1;
    take(line);
  }
  return done;
}

/** HTTP responses of a known length. @param take gets each whole, and whether its status is good. */
export function splitResponses(bytes: Buffer, take: (response: Buffer, good: boolean) => void): number {
  let done = 0;
  for (;;) {
    const end = bytes.indexOf(END_OF_HEAD, done);
    if (end < 0) return done;
    const head = bytes.toString('latin1', done, end);
    const after = end + END_OF_HEAD.length + Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (bytes.length < after) return done;
    const response = bytes.subarray(done, after);
    take(response, statusClass(response) === '2');
    done = after;
  }
}
