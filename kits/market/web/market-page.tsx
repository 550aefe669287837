import type { KitPageProps } from '../../shared/web/kit-page.ts';

/** The sneaker market. */
export function MarketPage({ name }: KitPageProps) {
  return <h1>{name}</h1>;
}
