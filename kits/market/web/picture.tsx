import type { CSSProperties } from 'react';

export interface PictureProps {
  readonly id: string;
  /** An address of the web. */
  readonly image: string | null;
}

/** What a sneaker looks like. Decoration: its name stands beside it. */
export function Picture({ id, image }: PictureProps) {
  const own = image === null ? undefined : ownAddress(image);
  return (
    <span className="market-picture" style={{ '--hue': hueOf(id) } as CSSProperties} aria-hidden="true">
      {own === undefined ? <Drawing /> : <img src={own} alt="" loading="lazy" />}
    </span>
  );
}

/** Of this page's origin, or `undefined`: a picture from elsewhere would tell others who looks at what. */
function ownAddress(image: string): string | undefined {
  const url = URL.parse(image, location.href);
  return url && (url.origin === location.origin || url.protocol === 'data:') ? url.href : undefined;
}

function Drawing() {
  return (
    <svg viewBox="0 0 120 80" aria-hidden="true">
      <path
        className="market-picture-body"
        d="M14 58V30c0-3 3-5 6-4l11 4c4 1 8 0 10-4l4-8c1-2 4-3 6-2l7 4c9 9 17 17 27 22 6 3 21 2 23 12v4z"
      />
      <path className="market-picture-part" d="M14 58V42c10 2 16 6 20 16z" />
      <path className="market-picture-part" d="M108 58c-1-9-8-13-17-13-4 3-6 8-5 13z" />
      <path
        className="market-picture-line"
        d="m53 27 6-5M60 33l6-5M67 38l6-5M44 57c0-10 3-17 9-22M54 57c0-6 2-11 7-15"
      />
      <path className="market-picture-sole" d="M11 58h98c2 0 3 1 3 3v2c0 4-3 7-7 7H17c-4 0-7-3-7-7v-4z" />
    </svg>
  );
}

const CIRCLE = 360;

function hueOf(id: string): number {
  return [...id].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % CIRCLE, 11);
}
