/**
 * Text of users as it may stand in a mail.
 *
 * @module
 */

/** Turns the direction of what follows, by which a subject can be made to read as another. */
const BIDI_CONTROLS = /\p{Bidi_Control}/gu;

const CONTROLS = /\p{Cc}/gu;
const CONTROLS_BUT_LINE_BREAKS = /[^\P{Cc}\n]/gu;

/** Text in one line without control characters, no longer than so many characters: safe in a header. */
export function oneLine(text: string, longest: number): string {
  const line = text
    .toWellFormed()
    .replace(BIDI_CONTROLS, '')
    .replace(CONTROLS, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  return cut(line, longest);
}

/** Text whose line breaks are kept, at most one empty line between two; no longer than so many characters. */
export function manyLines(text: string, longest: number): string {
  const lines = text
    .toWellFormed()
    .replace(BIDI_CONTROLS, '')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll('\t', ' ')
    .replace(CONTROLS_BUT_LINE_BREAKS, '')
    .replace(/[^\S\n]+\n/gu, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return cut(lines, longest);
}

/** Cuts between characters, not inside of one. */
function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const characters = [...text];
  return characters.length <= longest
    ? text
    : `${characters
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`;
}
