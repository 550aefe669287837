/** The beginning of a text, where there is room for no more of it. @param most characters */
export function excerpt(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most
    ? text
    : `${characters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`;
}
