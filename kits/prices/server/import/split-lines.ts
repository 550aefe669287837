/** A line, or that it is longer than it may be. */
export interface Line {
  /** From 1. */
  readonly line: number;
  /** Without its end; undefined when it is too long. */
  readonly text: string | undefined;
}

/** Options of {@link splitLines}. */
interface SplitOptions {
  /** Characters of a line. */
  readonly maxLine: number;
  /** Of bytes; texts are taken as they are. */
  readonly charset: string;
}

/** Splits a stream into lines, of which no more than one is kept. A byte order mark is left out, and so are the ends (LF, CRLF). */
export async function* splitLines(
  source: AsyncIterable<Uint8Array | string>,
  { maxLine, charset }: SplitOptions,
): AsyncGenerator<Line> {
  const decoder = new TextDecoder(charset);
  let line = 1;
  let rest = '';
  let tooLong = false;
  const take = (part: string): Line => {
    const text = rest + part;
    const whole = tooLong || text.length > maxLine ? undefined : text.replace(/\r$/, '');
    rest = '';
    tooLong = false;
    return { line: line++, text: whole };
  };
  for await (const chunk of source) {
    let piece = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (line === 1 && rest === '') piece = piece.replace(/^\ufeff/, '');
    let from = 0;
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', from)) {
      yield take(piece.slice(from, end));
      from = end + 1;
    }
    if (!tooLong) rest += piece.slice(from);
    // What is too long anyway is not kept.
    if (rest.length > maxLine) {
      tooLong = true;
      rest = '';
    }
  }
  const last = decoder.decode();
  if (rest + last !== '' || tooLong) yield take(last);
}
