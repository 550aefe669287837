import { useEffect, useState } from 'react';

/** A parameter of the page's address, such as `room` of `?room=general`; empty is none. Change it with `goTo`. */
export function useParameter(name: string): string | undefined {
  const read = () => new URLSearchParams(location.search).get(name) || undefined;
  const [value, setValue] = useState(read);
  useEffect(() => {
    const onMove = () => setValue(new URLSearchParams(location.search).get(name) || undefined);
    addEventListener('popstate', onMove);
    return () => removeEventListener('popstate', onMove);
  }, [name]);
  return value;
}
