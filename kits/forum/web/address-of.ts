/** The tabs of the page, in order. */
export const TABS = ['boards', 'servers', 'moderation'] as const;

/** A tab of the page. */
export type Tab = (typeof TABS)[number];

/** What a thread's page shows. */
export const VIEWS = ['posts', 'document', 'call'] as const;

/** A part of a thread's page. */
export type View = (typeof VIEWS)[number];

/** Where a part of the page is. */
export interface Place {
  readonly tab?: Tab | undefined;
  readonly board?: string | undefined;
  readonly thread?: string | undefined;
  /** A post of the thread. */
  readonly post?: string | undefined;
  readonly view?: View | undefined;
  /** Words that a board is searched for. */
  readonly search?: string | undefined;
}

/** The address of a part of the page. */
export function addressOf(place: Place): string {
  const given = Object.entries(place).filter(([, value]) => value !== undefined && value !== '');
  const query = String(new URLSearchParams(given as [string, string][]));
  return query === '' ? '/forum' : `/forum?${query}`;
}
