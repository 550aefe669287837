import type { Language } from '../../../../kits/shared/web/languages.ts';
import { CATALOGUES } from '../i18n/catalogues.ts';
import type { Messages } from '../i18n/en.ts';
import { createFormats, type Formats } from '../i18n/formats.ts';
import { useStore } from '../use-store.ts';
import { language } from './preferences.ts';

const formats = new Map<Language, Formats>();

/** The texts and the formats of the visitor's language. */
export function useI18n(): { readonly t: Messages; readonly format: Formats } {
  const current = useStore(language);
  let format = formats.get(current);
  if (!format) {
    format = createFormats(current);
    formats.set(current, format);
  }
  return { t: CATALOGUES[current], format };
}
