import type { Tidings } from '@tidings/server/kit';

/** Keeps one thing for each server that the kit is put on, made when it is first asked for. */
export function perServer<T, Tables>(make: (tidings: Tidings<Tables>) => T): (tidings: Tidings<Tables>) => T {
  const made = new WeakMap<Tidings<Tables>, { readonly value: T }>();
  return (tidings) => {
    let known = made.get(tidings);
    if (!known) {
      known = { value: make(tidings) };
      made.set(tidings, known);
    }
    return known.value;
  };
}
