/** What a visitor has begun to write in a thread; it lasts as long as the tab. */
export function draftOf(user: string, thread: string) {
  const place = `tidings.forum.draft:${user}:${thread}`;
  return {
    recall(): string {
      try {
        return sessionStorage.getItem(place) ?? '';
      } catch {
        return '';
      }
    },
    keep(text: string): void {
      try {
        if (text === '') sessionStorage.removeItem(place);
        else sessionStorage.setItem(place, text);
      } catch {
        // Storage may be forbidden or full.
      }
    },
  };
}
