import type { ComponentProps, MouseEvent } from 'react';
import { goTo } from './go-to.ts';

type PageLinkProps = Omit<ComponentProps<'a'>, 'onClick'> & { readonly href: string };

/** A link to another part of these pages; a plain click loads nothing anew. */
export function PageLink({ href, ...rest }: PageLinkProps) {
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(href);
  };
  return <a {...rest} href={href} onClick={onClick} />;
}
