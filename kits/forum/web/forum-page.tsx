import type { KitPageProps } from '../../shared/web/kit-page.ts';

/** The forum. */
export function ForumPage({ name }: KitPageProps) {
  return <p className="kit-loading">{name}</p>;
}
