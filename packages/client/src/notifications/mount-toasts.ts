/**
 * Toasts in a page, for pages without a library for them: two live regions that screen readers know, a button to dismiss
 * each, time that stands still while one is pointed at or has the focus. Looks are up to the page: every element has a
 * class.
 *
 * @module
 */
import type { Toast, Toasts } from './toasts.ts';

export interface MountOptions {
  /** Where. @default the end of the page's body */
  readonly container?: HTMLElement;
  /** What the button to dismiss is called. @default 'Dismiss' */
  readonly dismissLabel?: string;
}

/** Shows toasts in a page. @returns takes them away. */
export function mountToasts(
  toasts: Toasts,
  { container = document.body, dismissLabel = 'Dismiss' }: MountOptions = {},
): () => void {
  const root = document.createElement('div');
  root.className = 'tidings-toasts';
  // Present from the beginning: what appears together with its region is not read out.
  const polite = region('status');
  const urgent = region('alert');
  root.append(urgent, polite);
  container.append(root);
  const shown = new Map<number, HTMLElement>();
  let release: (() => void) | undefined;
  const hold = () => {
    release ??= toasts.hold();
  };
  const letGo = () => {
    release?.();
    release = undefined;
  };
  root.addEventListener('pointerenter', hold);
  root.addEventListener('pointerleave', letGo);
  root.addEventListener('focusin', hold);
  root.addEventListener('focusout', letGo);

  const draw = () => {
    const wanted = toasts.getSnapshot();
    for (const [id, element] of shown) {
      if (wanted.some((toast) => toast.id === id)) continue;
      // A focus that goes with its element would be lost at the top of the page.
      if (element.contains(document.activeElement)) letGo();
      element.remove();
      shown.delete(id);
    }
    for (const toast of wanted) {
      if (shown.has(toast.id)) continue;
      const element = draft(toast, dismissLabel, () => toasts.dismiss(toast.id));
      shown.set(toast.id, element);
      (toast.urgent ? urgent : polite).append(element);
    }
  };
  const off = toasts.subscribe(draw);
  draw();
  return () => {
    off();
    letGo();
    root.remove();
  };
}

function region(role: 'status' | 'alert'): HTMLElement {
  const element = document.createElement('div');
  element.className = `tidings-toasts-${role}`;
  element.setAttribute('role', role);
  return element;
}

function draft({ title, body, url }: Toast, dismissLabel: string, dismiss: () => void): HTMLElement {
  const element = document.createElement('div');
  element.className = 'tidings-toast';
  const heading = document.createElement(isSafe(url) ? 'a' : 'strong');
  heading.className = 'tidings-toast-title';
  heading.textContent = title;
  if (heading instanceof HTMLAnchorElement && url !== undefined) heading.href = url;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'tidings-toast-dismiss';
  button.textContent = '×';
  button.setAttribute('aria-label', `${dismissLabel}: ${title}`);
  button.addEventListener('click', dismiss);
  element.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') dismiss();
  });
  element.append(heading);
  if (body !== undefined) {
    const text = document.createElement('p');
    text.className = 'tidings-toast-body';
    text.textContent = body;
    element.append(text);
  }
  element.append(button);
  return element;
}

/** An address that comes with an event may be anything, `javascript:` included. */
function isSafe(url: string | undefined): boolean {
  if (url === undefined) return false;
  const { protocol } = URL.parse(url, location.href) ?? {};
  return protocol === 'https:' || protocol === 'http:';
}
