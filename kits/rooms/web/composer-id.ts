/** The id of a room's field for writing. */
export function composerId(room: string): string {
  return `rooms-write-${room}`;
}
