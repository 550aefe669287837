/** One block of an event stream. */
export interface SseBlock {
  /** Its `event:` line; `message` without one. */
  readonly event: string;
  readonly data: string;
}

/** Reads an event stream as it comes, by the rules of the HTML standard as far as a Tidings server uses them. */
export class SseReader {
  readonly #onBlock: (block: SseBlock) => void;
  #rest = '';
  #event = '';
  #data: string[] = [];

  constructor(onBlock: (block: SseBlock) => void) {
    this.#onBlock = onBlock;
  }

  /** Takes the next piece of text, which may end anywhere. */
  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line.endsWith('\r') ? line.slice(0, -1) : line);
  }

  #line(line: string): void {
    if (line === '') {
      if (this.#data.length > 0)
        this.#onBlock({ event: this.#event || 'message', data: this.#data.join('\n') });
      this.#event = '';
      this.#data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
  }
}
