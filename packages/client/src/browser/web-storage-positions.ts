import type { PositionStore } from '../positions.ts';

/**
 * Keeps positions over a reload, in `sessionStorage`: each tab has its own, which end with it.
 *
 * @param name of what is kept, for pages with several clients or users. @default 'positions'
 * @param storage `localStorage` keeps them for the next visit; then one tab at a time should use a name.
 */
export function webStoragePositions(
  name = 'positions',
  storage?: Pick<Storage, 'getItem' | 'setItem'>,
): PositionStore {
  const key = `tidings:${name}`;
  // Asked for only when it is used: in a private window the very name may throw.
  const place = () => storage ?? sessionStorage;
  return {
    load() {
      const kept: unknown = JSON.parse(place().getItem(key) ?? '{}');
      if (typeof kept !== 'object' || kept === null) return {};
      const entries = Object.entries(kept).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      );
      return Object.fromEntries(entries);
    },
    save: (positions) => place().setItem(key, JSON.stringify(positions)),
  };
}
