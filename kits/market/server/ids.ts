/** Whole numbers beyond this many digits are no id of ours. */
const MAX_DIGITS = 15;

/** Reads the id of a row as it stands in the name of a channel; `undefined` for whatever can be no id. */
export function readId(text: string): number | undefined {
  return new RegExp(`^[1-9]\\d{0,${MAX_DIGITS - 1}}$`).test(text) ? Number(text) : undefined;
}
