/**
 * How deep JSON nests, told before it is parsed: a parser takes long over what is nested a hundred thousand deep.
 *
 * @module
 */

/** Whether brackets outside of strings nest deeper than `depth`. */
export function isDeeperThan(text: string, depth: number): boolean {
  // Nearly no message has so many brackets at all, which is soon told.
  return hasMoreThan(text, '{', depth) || hasMoreThan(text, '[', depth)
    ? nestsDeeperThan(text, depth)
    : false;
}

/** Whether there may be more than `count`, were half of them of this kind. */
function hasMoreThan(text: string, bracket: string, count: number): boolean {
  let at = -1;
  for (let left = count / 2; left > 0; left -= 1) {
    at = text.indexOf(bracket, at + 1);
    if (at === -1) return false;
  }
  return true;
}

/** Looks at each character once, but skips strings as a whole. */
function nestsDeeperThan(text: string, depth: number): boolean {
  const endOfString = text.includes('\\') ? endOfEscaped : endOfPlain;
  let open = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x22) index = endOfString(text, index + 1);
    else if (code === 0x7b || code === 0x5b) {
      open += 1;
      if (open > depth) return true;
    } else if (code === 0x7d || code === 0x5d) open -= 1;
  }
  return false;
}

/** Where a string ends in a text without backslashes; at the text's end when it does not. */
function endOfPlain(text: string, from: number): number {
  const end = text.indexOf('"', from);
  return end === -1 ? text.length : end;
}

function endOfEscaped(text: string, from: number): number {
  let index = from;
  for (; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x22) return index;
    if (code === 0x5c) index += 1;
  }
  return index;
}
