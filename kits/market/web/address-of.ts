/** The parts of the page, in order. */
export const TABS = ['browse', 'offers', 'orders', 'support'] as const;

/** A part of the page. */
export type Tab = (typeof TABS)[number];

/** Where something of the page is. */
export interface Place {
  readonly tab?: Tab | undefined;
  /** A product's id. */
  readonly product?: string | undefined;
  readonly size?: string | undefined;
  readonly order?: number | undefined;
  readonly ticket?: number | undefined;
}

/** The address of something of the page. */
export function addressOf(place: Place): string {
  const given = Object.entries(place).filter(([, value]) => value !== undefined);
  const query = String(new URLSearchParams(given.map(([name, value]) => [name, String(value)])));
  return query === '' ? '/market' : `/market?${query}`;
}
