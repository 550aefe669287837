import type { Lifecycle } from '../lifecycle.ts';

/** What of React Native's `AppState` is used. */
export interface AppStateLike {
  addEventListener(event: 'change', listener: (state: string) => void): { remove(): void };
}

/** What of `@react-native-community/netinfo` is used. */
export interface NetInfoLike {
  addEventListener(
    listener: (state: { readonly isConnected: boolean | null; readonly type: string }) => void,
  ): () => void;
}

/** What a phone tells of its network and of the application's place on the screen. @param netInfo leave it out when it is not installed. */
export function nativeLifecycle(appState: AppStateLike, netInfo?: NetInfoLike): Lifecycle {
  return {
    watch({ online, offline, wake, hide }) {
      const subscription = appState.addEventListener('change', (state) => {
        if (state === 'active') wake();
        else if (state === 'background') hide();
      });
      let connected: boolean | null = null;
      let network: string | undefined;
      const off = netInfo?.addEventListener(({ isConnected, type }) => {
        const first = network === undefined;
        const other = network !== type || connected !== isConnected;
        network = type;
        connected = isConnected;
        // The first call tells how things are, not that they have changed.
        if (first || !other) return;
        if (isConnected === false) offline();
        else online();
      });
      return () => {
        subscription.remove();
        off?.();
      };
    },
  };
}
