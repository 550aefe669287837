/** Bytes with places that are filled in, as template.h describes them. */
export interface Template {
  readonly bytes: Buffer;
  readonly places: readonly { readonly at: number; readonly kind: string }[];
}

/** What stands in the places. */
export interface Filling {
  readonly channel: number;
  readonly subscriber: number;
  /** Nanoseconds. */
  readonly time: number;
  readonly number: number;
}

const PLACES = /(?<!C)C{6}(?!C)|(?<!S)S{6}(?!S)|(?<!T)T{16}(?!T)|(?<!N)N{8}(?!N)/g;

/** Reads a template from hexadecimal text; `-` is nothing. */
export function parseTemplate(hex: string): Template {
  const bytes = Buffer.from(hex === '-' ? '' : hex, 'hex');
  const places = [...bytes.toString('latin1').matchAll(PLACES)].map(({ index, 0: [kind = ''] }) => ({
    at: index,
    kind,
  }));
  return { bytes, places };
}

/** A copy with its places filled in. */
export function fill({ bytes, places }: Template, { channel, subscriber, time, number }: Filling): Buffer {
  const filled = Buffer.from(bytes);
  for (const { at, kind } of places) {
    const text = {
      C: () => String(channel).padStart(6, '0'),
      S: () => String(subscriber).padStart(6, '0'),
      T: () => time.toString(16).padStart(16, '0'),
      N: () => number.toString(16).padStart(8, '0'),
    }[kind];
    if (text) filled.write(text(), at, 'latin1');
  }
  return filled;
}
