import type { Client } from '@tidings/client';
import { useEffect } from 'react';

/** Tells the server whether the page is before the visitor's eyes, so that what they cannot see is pushed at once. */
export function useVisibility(client: Client): void {
  useEffect(() => {
    let told: string | undefined;
    const tell = () => {
      const { state, session } = client.status.getSnapshot();
      if (state !== 'connected') return;
      const hidden = document.visibilityState === 'hidden';
      // A session that is new knows nothing yet, and one begins as visible.
      const now = `${session} ${hidden}`;
      if (now === told) return;
      told = now;
      // Where it cannot be told, as on SSE, a notification waits a little before it is pushed: no more than that.
      client.command('visibility', { hidden }).catch(() => {});
    };
    tell();
    const stop = client.status.subscribe(tell);
    document.addEventListener('visibilitychange', tell);
    return () => {
      stop();
      document.removeEventListener('visibilitychange', tell);
    };
  }, [client]);
}
