/** Somebody who is being named. */
export interface Mention {
  /** What is written of the name. */
  readonly words: string;
  /** Where the `@` stands, and where the name ends. */
  readonly start: number;
  readonly end: number;
}

const BEGUN = /(?:^|[\s(])@([^\s@]{1,64})$/u;

/** The name that is being written before the caret; `undefined` when none is. */
export function mentionAt(text: string, caret: number): Mention | undefined {
  const words = BEGUN.exec(text.slice(0, caret))?.[1];
  return words === undefined ? undefined : { words, start: caret - words.length - 1, end: caret };
}
