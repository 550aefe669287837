/**
 * Toasts: what a page tells its user for a while, without a word on how they look.
 *
 * @module
 */
import { type Clock, systemClock, type Timer } from '../clock.ts';
import { createStore, type Store } from '../store.ts';

/** What a toast says. */
export interface ToastContent {
  readonly title: string;
  readonly body?: string | undefined;
  /** Where a click leads. */
  readonly url?: string | undefined;
  /** One of a tag takes the place of the last of it. @default none */
  readonly tag?: string | undefined;
  /** Read out at once by a screen reader, and not only when it has nothing else to say. @default false */
  readonly urgent?: boolean | undefined;
  /** How long it stays, milliseconds; 0 until it is dismissed. @default 8000 */
  readonly duration?: number | undefined;
}

/** A toast that is shown. */
export interface Toast extends ToastContent {
  readonly id: number;
}

/** The toasts of a page. */
export interface Toasts extends Store<readonly Toast[]> {
  /** Shows one. @returns its id. */
  show(content: ToastContent): number;
  dismiss(id: number): void;
  /** Stops their time, as while the user points at one. @returns lets it run again. */
  hold(): () => void;
  clear(): void;
}

const DURATION = 8000;

/** At most so many at once; the oldest makes room. */
const MOST = 5;

export interface ToastsOptions {
  readonly clock?: Clock;
  /** A listener threw. */
  readonly onError?: (error: unknown) => void;
}

/** Creates the list of toasts of a page. */
export function createToasts({ clock = systemClock, onError = () => {} }: ToastsOptions = {}): Toasts {
  const store = createStore<readonly Toast[]>([], onError);
  const timers = new Map<number, Timer>();
  let holders = 0;
  let next = 1;

  const dismiss = (id: number) => {
    timers.get(id)?.cancel();
    timers.delete(id);
    store.set(store.getSnapshot().filter((toast) => toast.id !== id));
  };
  const count = ({ id, duration = DURATION }: Toast) => {
    timers.get(id)?.cancel();
    if (holders === 0 && duration > 0)
      timers.set(
        id,
        clock.after(duration, () => dismiss(id)),
      );
  };
  return {
    subscribe: store.subscribe,
    getSnapshot: store.getSnapshot,
    dismiss,
    show(content) {
      const toast = { ...content, id: next++ };
      for (const before of store.getSnapshot())
        if (content.tag !== undefined && before.tag === content.tag) dismiss(before.id);
      const crowd = store.getSnapshot();
      for (const { id } of crowd.slice(0, Math.max(0, crowd.length + 1 - MOST))) dismiss(id);
      store.set([...store.getSnapshot(), toast]);
      count(toast);
      return toast.id;
    },
    hold() {
      holders += 1;
      for (const timer of timers.values()) timer.cancel();
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        holders -= 1;
        if (holders === 0) for (const toast of store.getSnapshot()) count(toast);
      };
    },
    clear() {
      for (const { id } of store.getSnapshot()) dismiss(id);
    },
  };
}
