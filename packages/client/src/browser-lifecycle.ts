import type { Lifecycle } from './lifecycle.ts';

/** What of a browser matters; each of it may be missing. */
interface Surroundings {
  readonly navigator?: { readonly connection?: EventTarget };
  readonly window?: EventTarget;
  readonly document?: EventTarget & { readonly visibilityState: string };
}

/** What a browser tells of its network and its tab; elsewhere (Node, a worker) as much as there is of it. */
export const browserLifecycle: Lifecycle = {
  watch({ online, offline, wake, hide }) {
    const { window, document, navigator } = globalThis as Surroundings;
    const connection = navigator?.connection;
    const seen = () => (document?.visibilityState === 'hidden' ? hide() : wake());
    const pairs: readonly [EventTarget | undefined, string, () => void][] = [
      [window, 'online', online],
      [window, 'offline', offline],
      [window, 'pageshow', wake],
      [window, 'pagehide', hide],
      [document, 'visibilitychange', seen],
      [document, 'resume', wake],
      [document, 'freeze', hide],
      [connection, 'change', online],
    ];
    for (const [target, event, listener] of pairs) target?.addEventListener?.(event, listener);
    return () => {
      for (const [target, event, listener] of pairs) target?.removeEventListener?.(event, listener);
    };
  },
};
