import type { Language } from '../../../../kits/shared/web/languages.ts';
import { en, type Messages } from './en.ts';
import { ru } from './ru.ts';
import { tr } from './tr.ts';
import { uk } from './uk.ts';

/** All texts of the pages; a key that is missing somewhere is a type error. */
export const CATALOGUES: Readonly<Record<Language, Messages>> = { en, tr, ru, uk };
