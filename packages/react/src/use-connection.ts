import type { ConnectionStatus } from '@tidings/client';
import { IDLE_CONNECTION } from './idle.ts';
import { useClient } from './use-client.ts';
import { useStore } from './use-store.ts';

/** Where the connection stands. It does not connect by itself: the client does when something needs it. */
export function useConnection(): ConnectionStatus {
  return useStore(useClient().status, IDLE_CONNECTION);
}
