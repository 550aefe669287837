import { useEffect, useState } from 'react';

/** The time, milliseconds since 1970-01-01 UTC; the component renders again as it goes on. @param every milliseconds */
export function useNow(every: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
