import { Type } from '@tidings/server/kit';
import { LANGUAGES, type Language } from '../../events.ts';
import type { Actor } from '../actor.ts';
import type { Settings } from '../options.ts';
import type { Prices } from '../tables.ts';

/** The language of an answer. */
export const LanguageQuery = Type.Object({
  language: Type.Optional(
    Type.Union(
      LANGUAGES.map((language) => Type.Literal(language)),
      { description: 'Of the formatted prices; the user’s own when absent.' },
    ),
  ),
});

/** In which language someone is answered: as they ask, else their own, else the server's. */
export async function languageFor(
  prices: Prices,
  { language: asked }: { readonly language?: Language },
  { user }: Pick<Actor, 'user'>,
  { language }: Settings,
): Promise<Language> {
  if (asked) return asked;
  return user === undefined ? language : (await prices.contactOf(user)).language;
}
