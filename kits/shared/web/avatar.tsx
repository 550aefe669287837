import type { CSSProperties } from 'react';
import './avatar.css';

const CIRCLE = 360;

/** The first letter of a name on a colour of its own. Decoration: the name stands beside it. */
export function Avatar({ id, name }: { readonly id: string; readonly name: string }) {
  const hue = [...id].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % CIRCLE, 7);
  return (
    <span className="avatar" style={{ '--hue': hue } as CSSProperties} aria-hidden="true">
      {[...name][0]?.toLocaleUpperCase()}
    </span>
  );
}
