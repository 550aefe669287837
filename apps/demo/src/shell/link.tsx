import type { ComponentProps, MouseEvent } from 'react';
import { useStore } from '../use-store.ts';
import { navigate, path } from './router.ts';

/** A link to a page of the shell; a plain click stays in the document. */
export function Link({ href, ...rest }: ComponentProps<'a'> & { readonly href: string }) {
  const current = useStore(path) === href;
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(href);
  };
  return <a {...rest} href={href} onClick={onClick} aria-current={current ? 'page' : undefined} />;
}
