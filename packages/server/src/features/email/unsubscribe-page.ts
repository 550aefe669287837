import { html } from 'ghtml';
import type { Language } from '../contacts/index.ts';
import { oneLine } from './clean-text.ts';
import { htmlDocument } from './html-document.ts';
import { LONGEST_CATEGORY } from './letter-content.ts';
import { WORDS, type Words } from './words.ts';

/** What the page says: a question, or what has just been done; or that its link is none of ours. */
export type UnsubscribeState = keyof Words['page'];

export interface UnsubscribePageOptions {
  readonly state: UnsubscribeState;
  readonly language: Language;
  /** What the link is about. @default nothing, as of a link that is none of ours */
  readonly categories?: readonly string[];
}

/** The page behind a mail's link. Its button sends `action` to the address at which the page is. */
export function unsubscribePage({ state, language, categories = [] }: UnsubscribePageOptions): string {
  const { heading, text, button } = WORDS[language].page[state];
  const kinds = categories.map((category) => html`<li>${oneLine(category, LONGEST_CATEGORY)}</li>`);
  const action = state === 'done' ? 'subscribe' : 'unsubscribe';
  const body = html`<main class="letter">
<h1>${heading}</h1>
<p>${text}</p>
!${kinds.length > 0 ? html`<ul class="kinds">!${kinds}</ul>` : ''}
!${
    button === undefined
      ? ''
      : html`<form method="post"><button class="button" name="action" value="${action}">${button}</button></form>`
  }
</main>`;
  return htmlDocument(language, heading, body);
}
