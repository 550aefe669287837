/** The tabs of the page, in order. */
export const TABS = ['feed', 'fridge', 'goals', 'menu'] as const;

/** A tab of the page. */
export type Tab = (typeof TABS)[number];

/** Where a part of the page is. */
export interface Place {
  readonly tab?: Tab;
  /** A household's id. */
  readonly household?: string | undefined;
  /** A post's id. */
  readonly post?: string | undefined;
  /** The author whose posts are shown. */
  readonly user?: string | undefined;
}

/** The address of a part of the page. */
export function addressOf(place: Place): string {
  const given = Object.entries(place).filter(([, value]) => value !== undefined);
  const query = String(new URLSearchParams(given as [string, string][]));
  return query === '' ? '/kitchen' : `/kitchen?${query}`;
}
