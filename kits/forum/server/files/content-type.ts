import { fileTypeFromBuffer } from 'file-type';

/** How many bytes at the beginning of a file tell its type. */
export const TELLING = 4100;

const TEXT = 'text/plain';
const UNKNOWN = 'application/octet-stream';

/** Text in which a browser might see a page. */
const MARKUP: ReadonlySet<string> = new Set(['application/xml', 'image/svg+xml', 'text/html']);

/** Finds out the media type of a file by what is in it; what its sender says does not count. */
export class ContentType {
  #found: string | undefined;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #isText = true;

  /** @param beginning the first {@link TELLING} bytes, or all that there is */
  async begin(beginning: Uint8Array): Promise<void> {
    const found = await fileTypeFromBuffer(beginning);
    // Of its parameters nothing is made.
    this.#found = found?.mime.split(';')[0];
  }

  /** Looks at the next bytes. */
  read(bytes: Uint8Array): void {
    this.#decode(bytes);
  }

  /** What it is, once all of it was read. */
  end(): string {
    this.#decode(undefined);
    if (this.#found === undefined) return this.#isText ? TEXT : UNKNOWN;
    return MARKUP.has(this.#found) ? TEXT : this.#found;
  }

  /** What it is for sure, before all of it was read. */
  get known(): string | undefined {
    return this.#found !== undefined && !MARKUP.has(this.#found) ? this.#found : undefined;
  }

  #decode(bytes: Uint8Array | undefined): void {
    if (!this.#isText) return;
    try {
      const text = this.#decoder.decode(bytes, { stream: bytes !== undefined });
      this.#isText = !text.includes('\0');
    } catch {
      this.#isText = false;
    }
  }
}

/** Whether a type is in a list, in which `image/*` is all images. */
export function isAmong(type: string, list: readonly string[]): boolean {
  return list.some((each) => each === type || (each.endsWith('/*') && type.startsWith(each.slice(0, -1))));
}
