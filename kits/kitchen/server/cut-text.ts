/** The beginning of a text. @param most UTF-16 code units; a character that would be cut in two is left out. */
export function cutText(text: string, most: number): string {
  return text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '');
}
