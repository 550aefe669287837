/**
 * What a visitor chose, remembered from visit to visit.
 *
 * @module
 */
import { isLanguage, type Language, preferredLanguage } from '../../../../kits/shared/web/languages.ts';
import { createStore, type Store } from '../store.ts';

/** Light, dark, or as the system has it. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const LANGUAGE_KEY = 'tidings.language';
/** public/theme.js reads it too, before the first paint. */
const THEME_KEY = 'tidings.theme';

export const language: Store<Language> = createStore(readLanguage());
export const theme: Store<Theme> = createStore(readTheme());

/** Chooses a language and remembers it. */
export function chooseLanguage(chosen: Language): void {
  remember(LANGUAGE_KEY, chosen);
  language.set(chosen);
}

/** Chooses a theme and remembers it. */
export function chooseTheme(chosen: Theme): void {
  remember(THEME_KEY, chosen);
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  theme.set(chosen);
}

function readLanguage(): Language {
  const chosen = recall(LANGUAGE_KEY);
  return isLanguage(chosen) ? chosen : preferredLanguage(navigator.languages);
}

function readTheme(): Theme {
  const chosen = recall(THEME_KEY);
  return THEMES.find((each) => each === chosen) ?? 'system';
}

function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage may be forbidden or full; the choice then lasts as long as the page.
  }
}
