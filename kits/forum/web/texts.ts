/** What the page says. */
import type { Language } from '../../shared/web/languages.ts';
import { en } from './texts/en.ts';
import { ru } from './texts/ru.ts';
import type { Texts } from './texts/texts.ts';
import { tr } from './texts/tr.ts';
import { uk } from './texts/uk.ts';

export const TEXTS: Readonly<Record<Language, Texts>> = { en, tr, ru, uk };
