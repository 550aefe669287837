import { setImmediate } from 'node:timers/promises';

/** A line, or that it is longer than it may be. */
export interface Line {
  /** From 1. */
  readonly line: number;
  /** Without its end; undefined when it is too long. */
  readonly text: string | undefined;
}

/**
 * Splits a text into lines as it comes; no more than one of them is kept. A byte order mark is left out, and so are the
 * ends (LF, CRLF).
 *
 * @param maxLine Characters of a line.
 */
export async function* splitLines(source: AsyncIterable<string>, maxLine: number): AsyncGenerator<Line> {
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
  let first = true;
  for await (const chunk of source) {
    // Where the source never waits, as with SQLite, rows that are passed over would keep the event loop to themselves.
    await setImmediate();
    const piece = first ? chunk.replace(/^\ufeff/, '') : chunk;
    first &&= chunk === '';
    let from = 0;
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', from)) {
      yield take(piece.slice(from, end));
      from = end + 1;
    }
    rest += piece.slice(from);
    // What is too long anyway is not kept.
    if (rest.length > maxLine) {
      tooLong = true;
      rest = '';
    }
  }
  if (rest !== '' || tooLong) yield take('');
}
