/**
 * Texts of posts, as they are searched and shown in short.
 *
 * @module
 */

/** Characters of a post that a list or a notification shows. */
const EXCERPT = 200;

/** Where spelling makes no difference: lower case, in every script, on either database. */
export function searchText(text: string): string {
  // The lower case of İ is an i with a dot of its own.
  return text.normalize('NFKC').toLowerCase().replaceAll('i\u0307', 'i');
}

/** The pattern of SQL by which a text is found in what {@link searchText} made, with `\` before what is meant as it is. */
export function likePattern(query: string): string {
  return `%${searchText(query.trim()).replaceAll(/[\\%_]/g, '\\$&')}%`;
}

/** How a text begins. @param most characters */
export function excerpt(content: string, most = EXCERPT): string {
  const characters = [...content];
  return characters.length > most ? `${characters.slice(0, most).join('')}…` : content;
}

const LINK = /(?:https?:\/\/|www\.)[^\s]+/giu;

/** How many links a text has. */
export function linksIn(content: string): number {
  return content.match(LINK)?.length ?? 0;
}
