/** A comma before a closing bracket; strings are passed over as they are. */
const STRING_OR_COMMA = /"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/gs;

/**
 * Parses JSON-LD as shops write it: in a comment or CDATA, with line breaks in its strings, commas too many, a semicolon
 * at the end. What is broken in any other way is not mended, since a guess could be a wrong price.
 *
 * @returns Undefined when it cannot be read.
 */
export function parseJsonLd(text: string): unknown {
  const whole = parse(text);
  if (whole !== undefined) return whole;
  // Control characters stand for nothing in JSON but a space between its parts.
  const bare = unwrapped(text.replace(/[\p{Cc}\ufeff]/gu, ' '));
  return parse(bare.replace(STRING_OR_COMMA, (found) => (found === ',' ? '' : found)));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What stands before and after the JSON of some shops. */
const BEFORE = ['<!--', '<![CDATA[', '//', '/*', '*/'];
const AFTER = ['-->', ']]>', '//', '/*', '*/', ';'];
const MOST_WRAPPERS = 10;

/** Without comments, CDATA and semicolons around it. By hand, as a pattern that looks for the end of many spaces takes forever. */
function unwrapped(text: string): string {
  let bare = text.trim();
  for (let left = MOST_WRAPPERS; left > 0; left -= 1) {
    const before = BEFORE.find((mark) => bare.startsWith(mark)) ?? '';
    const after = AFTER.find((mark) => bare.endsWith(mark)) ?? '';
    if (before === '' && after === '') break;
    bare = bare.slice(before.length, after === '' ? undefined : -after.length).trim();
  }
  return bare;
}
