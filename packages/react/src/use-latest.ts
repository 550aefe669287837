import { type RefObject, useInsertionEffect, useRef } from 'react';

/** The value of the last render that was committed, for callbacks that outlive a render. */
export function useLatest<T>(value: T): RefObject<T> {
  const latest = useRef(value);
  // The earliest effect, so that all others see it; and one that servers know to pass over.
  useInsertionEffect(() => {
    latest.current = value;
  });
  return latest;
}
