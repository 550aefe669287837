import type { ComponentProps, MouseEvent } from 'react';
import { goTo } from '../../shared/web/go-to.ts';
import { addressOf, type Place } from './address-of.ts';

type PlaceLinkProps = Omit<ComponentProps<'a'>, 'href' | 'onClick'> & { readonly to: Place };

/** A link to a part of the page; a plain click loads nothing anew. */
export function PlaceLink({ to, ...rest }: PlaceLinkProps) {
  const href = addressOf(to);
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(href);
  };
  return <a {...rest} href={href} onClick={onClick} />;
}
