import { find } from 'linkifyjs';
import type { ReactNode } from 'react';

/** Only what says so itself is a link: `readme.md` is none. */
const ADDRESS = /^(https?:\/\/|www\.)/i;

/** A text as it was written, with links where it has addresses; nothing else in it is markup. */
export function LinkedText({ text }: { readonly text: string }) {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const link of find(text, 'url', { defaultProtocol: 'https' })) {
    if (!ADDRESS.test(link.value)) continue;
    parts.push(
      text.slice(end, link.start),
      <a key={link.start} href={link.href} target="_blank" rel="noopener noreferrer nofollow">
        {link.value}
      </a>,
    );
    end = link.end;
  }
  parts.push(text.slice(end));
  return parts;
}
