/**
 * Words in the form in which they are compared: without case, accents and what is no letter or digit.
 *
 * @module
 */

/** What NFKD leaves as it is. */
const ALIKE: Readonly<Record<string, string>> = { ı: 'i', ł: 'l', ø: 'o', ʼ: '', '’': '', "'": '' };

/** The words of a text. */
export function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[ıłøʼ’']/g, (letter) => ALIKE[letter] ?? '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}
