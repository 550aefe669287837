/** A post of so many characters fits into an event, however its characters are escaped. */
export const LONGEST_POST = 10_000;

/** Of a page of anything, where nothing is said. */
export const DEFAULT_PAGE = 50;
/** At most. */
export const MAX_PAGE = 100;
