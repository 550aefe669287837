import { useEffect, useState } from 'react';
import type { Call } from '../../../shared/web/call.ts';
import type { Person } from '../../events.ts';

/** While somebody types, they are not asked for at every letter, milliseconds. */
const PAUSE = 120;
const SHOWN = 6;

const NOBODY: readonly Person[] = [];

/** People whose name or id begins with some words; nobody where there are none. */
export function usePeopleSearch(call: Call, words: string | undefined): readonly Person[] {
  const [found, setFound] = useState(NOBODY);
  useEffect(() => {
    if (words === undefined) {
      setFound(NOBODY);
      return;
    }
    const ending = new AbortController();
    const { signal } = ending;
    const timer = setTimeout(() => {
      const query = new URLSearchParams({ q: words });
      call<{ readonly people: readonly Person[] }>(`/forum/people/search?${query}`, { signal }).then(
        ({ people }) => setFound(people.slice(0, SHOWN)),
        () => {
          if (!signal.aborted) setFound(NOBODY);
        },
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [call, words]);
  return found;
}
