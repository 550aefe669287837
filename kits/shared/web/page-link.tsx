import type { ComponentProps, MouseEvent } from 'react';
import { goTo } from './go-to.ts';

type PageLinkProps = Omit<ComponentProps<'a'>, 'onClick'> & { readonly href: string };

/** A link within these pages; a plain click loads nothing anew. */
export function PageLink({ href, ...rest }: PageLinkProps) {
  const onClick = (event: MouseEvent) => {
    // What a browser does with a link and a key held is its own.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(href);
  };
  return <a {...rest} href={href} onClick={onClick} />;
}
