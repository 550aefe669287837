import { goTo } from '../../shared/web/go-to.ts';

/** The address of a room's page. */
export function roomAddress(id: string): string {
  return `/rooms?${new URLSearchParams({ room: id })}`;
}

/** Opens a room, or none. */
export function selectRoom(id: string | undefined): void {
  goTo(id === undefined ? '/rooms' : roomAddress(id));
}
