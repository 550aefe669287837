import { useConnection } from '@tidings/react';
import { useSyncExternalStore } from 'react';

/** Whether the page is connected, or is just about to be for the first time. */
export function useLive(): boolean {
  const { state, error } = useConnection();
  // A device that knows that it has no network knows it before the connection does.
  const network = useSyncExternalStore(watchNetwork, () => navigator.onLine);
  return network && (state === 'connected' || ((state === 'idle' || state === 'connecting') && !error));
}

function watchNetwork(listener: () => void): () => void {
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
}
