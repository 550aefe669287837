import type { Client } from '@tidings/client';

/** How often a position is told at most, and again where it stays the same: the server forgets it after 15 minutes. */
const EVERY = 5 * 60_000;
const LEAST = 30_000;

/**
 * Tells the server where the visitor is while the page is open. The server rounds that, and forgets it.
 *
 * @param onRefused the browser does not give the position
 * @returns stops it
 */
export function watchPosition(client: Client, onRefused: () => void): () => void {
  let last: { readonly latitude: number; readonly longitude: number } | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;
  const tell = () => {
    if (!last) return;
    toldAt = Date.now();
    // A position is worth nothing later.
    client.command('place.update', last, { offline: false }).catch(() => {});
  };
  const watch = navigator.geolocation.watchPosition(
    ({ coords: { latitude, longitude } }) => {
      last = { latitude, longitude };
      if (Date.now() - toldAt >= LEAST) tell();
    },
    ({ code, PERMISSION_DENIED }) => {
      if (code === PERMISSION_DENIED) onRefused();
    },
  );
  const timer = setInterval(tell, EVERY);
  return () => {
    clearInterval(timer);
    navigator.geolocation.clearWatch(watch);
  };
}
