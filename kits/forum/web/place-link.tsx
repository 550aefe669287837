import type { ComponentProps } from 'react';
import { PageLink } from '../../shared/web/page-link.tsx';
import { addressOf, type Place } from './address-of.ts';

type PlaceLinkProps = Omit<ComponentProps<typeof PageLink>, 'href'> & { readonly to: Place };

/** A link to a part of the forum. */
export function PlaceLink({ to, ...rest }: PlaceLinkProps) {
  return <PageLink {...rest} href={addressOf(to)} />;
}
