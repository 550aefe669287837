/**
 * What a mail says: one letter, or a digest of several, as HTML and as text.
 *
 * @module
 */
import { html } from 'ghtml';
import type { Contact } from '../contacts/index.ts';
import type { Letter } from '../delivery/index.ts';
import { manyLines, oneLine } from './clean-text.ts';
import { htmlDocument } from './html-document.ts';
import { fillCount, WORDS } from './words.ts';

/** What a mail is made of. */
export interface LetterContentOptions {
  readonly contact: Contact;
  /** At least one; several make a digest. */
  readonly letters: readonly Letter[];
  /** Who the mail is from, as the reader knows it. */
  readonly sender: string;
  /** The address of the app, without a slash at its end. */
  readonly publicUrl: string;
  /** Makes the link that ends mails of categories. */
  readonly unsubscribe: (...categories: readonly string[]) => string;
}

/** What a mail says. */
export interface LetterContent {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** A letter, cleaned, with its link. */
interface Item {
  readonly title: string;
  readonly body: string;
  readonly level: string;
  readonly time: string;
  readonly link: string | undefined;
}

/** Characters of what users have written; what is longer is cut. */
const LONGEST_SUBJECT = 120;
const LONGEST_TITLE = 300;
const LONGEST_BODY = 4000;
export const LONGEST_CATEGORY = 100;

/** Letters of one digest; of those beyond only the number is told. */
const LONGEST_DIGEST = 50;

/** Links by category in the footer of a digest; beyond, there is one for all. */
const MOST_CATEGORY_LINKS = 8;

/** Writes a mail in the language and the time zone of its reader. */
export function writeLetters(options: LetterContentOptions): LetterContent {
  const { contact, letters, publicUrl } = options;
  const { language } = contact;
  const words = WORDS[language];
  const time = timeFormat(contact);
  const items = letters.slice(0, LONGEST_DIGEST).map((letter) => ({
    title: oneLine(letter.title, LONGEST_TITLE),
    body: manyLines(letter.body, LONGEST_BODY),
    level: letter.level,
    time: time.format(letter.at),
    link: linkTo(letter.url, publicUrl),
  }));
  const hidden = letters.length - items.length;
  const more = hidden > 0 ? fillCount(words.more, language, hidden) : '';
  const [only] = letters.length === 1 ? letters : [];
  const subject =
    oneLine(only?.title ?? '', LONGEST_SUBJECT) || fillCount(words.digest, language, letters.length);
  return {
    subject,
    html: htmlDocument(language, subject, asHtml(options, items, more)),
    text: asText(options, items, more),
  };
}

/** The categories of letters, each once. */
export function categoriesOf(letters: readonly Letter[]): readonly string[] {
  return [...new Set(letters.map(({ category }) => category))];
}

function asHtml(options: LetterContentOptions, items: readonly Item[], more: string): string {
  const words = WORDS[options.contact.language];
  const [only] = items.length === 1 ? items : [];
  const heading = ({ title }: Item) =>
    only ? html`<h1 dir="auto">${title}</h1>` : html`<h2 dir="auto">${title}</h2>`;
  const articles = items.map(
    (item) => html`<article class="letter ${item.level}">
!${heading(item)}
<p class="time">${item.time}</p>
!${paragraphs(item.body)}
!${item.link === undefined ? '' : html`<p class="open"><a class="button" href="${item.link}">${words.open}</a></p>`}
</article>
`,
  );
  return html`<p class="sender">${options.sender}</p>
!${articles}
<div class="footer">
<p>${more}</p>
<p>${words.reason}</p>
<p>!${stopLinks(options)}</p>
</div>`;
}

function paragraphs(body: string): readonly string[] {
  return body
    .split('\n\n')
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => {
      const lines = paragraph.split('\n').map((line) => html`${line}`);
      return html`<p dir="auto">!${lines.join('<br>')}</p>
`;
    });
}

function stopLinks({ contact, letters, unsubscribe }: LetterContentOptions): string {
  const words = WORDS[contact.language];
  const categories = categoriesOf(letters);
  if (categories.length === 1 || categories.length > MOST_CATEGORY_LINKS)
    return html`<a href="${unsubscribe(...categories)}">${words.stop}</a>`;
  const links = categories.map(
    (category) => html`<a href="${unsubscribe(category)}">${oneLine(category, LONGEST_CATEGORY)}</a>`,
  );
  return html`${words.stopEach} !${links.join(' · ')}`;
}

function asText(options: LetterContentOptions, items: readonly Item[], more: string): string {
  const { contact, letters, unsubscribe } = options;
  const words = WORDS[contact.language];
  const parts = items.map(({ title, time, body, link }) =>
    [`${title}\n${time}`, body, link === undefined ? '' : `${words.open}: ${link}`]
      .filter((part) => part !== '')
      .join('\n\n'),
  );
  const stop = `${words.stop}: ${unsubscribe(...categoriesOf(letters))}`;
  // Mail programs know the line of two dashes as the beginning of what is below the letter.
  const footer = ['-- ', ...(more === '' ? [] : [more]), words.reason, stop].join('\n');
  return `${[parts.join('\n\n* * *\n\n'), footer].join('\n\n')}\n`;
}

/** Where a letter's link leads; nowhere unless that is a page of the app, or one by https. */
function linkTo(url: string | undefined, publicUrl: string): string | undefined {
  if (url === undefined) return undefined;
  // Two slashes would be another host, and browsers take a backslash for one.
  const inApp = /^\/(?![/\\])/.test(url);
  const address = inApp ? publicUrl + url : url;
  if (!URL.canParse(address)) return undefined;
  const { href, protocol } = new URL(address);
  return inApp || protocol === 'https:' ? href : undefined;
}

function timeFormat({ language, timezone }: Contact): Intl.DateTimeFormat {
  const style = { dateStyle: 'medium', timeStyle: 'short' } as const;
  try {
    return new Intl.DateTimeFormat(language, { ...style, timeZone: timezone });
  } catch {
    // This machine's list of time zones is older than the reader's.
    return new Intl.DateTimeFormat(language, { ...style, timeZone: 'UTC' });
  }
}
