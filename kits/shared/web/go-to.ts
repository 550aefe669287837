/** Goes to an address: of these pages without loading anything anew, of others in a window of its own. */
export function goTo(url: string): void {
  const target = new URL(url, location.href);
  if (target.origin !== location.origin) {
    open(target, '_blank', 'noopener');
    return;
  }
  history.pushState(null, '', target);
  // The shell and the page listen to this, as they do for the browser's own buttons.
  dispatchEvent(new PopStateEvent('popstate'));
}
