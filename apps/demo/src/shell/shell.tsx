import { type ReactNode, useEffect } from 'react';
import { isLanguage, LANGUAGES } from '../../../../kits/shared/web/languages.ts';
import { PAGES } from '../pages/pages.tsx';
import { useStore } from '../use-store.ts';
import { Link } from './link.tsx';
import { chooseLanguage, chooseTheme, language, THEMES, theme } from './preferences.ts';
import './shell.css';
import { kits } from './kits.ts';
import { path } from './router.ts';
import { useI18n } from './use-i18n.ts';
import { signOut, visitor } from './visitor.ts';

/** What stands around every page: name, pages, language, theme. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const { t } = useI18n();
  const currentLanguage = useStore(language);
  const currentTheme = useStore(theme);
  const currentPath = useStore(path);
  const loaded = useStore(kits);
  const who = useStore(visitor);
  useEffect(() => {
    document.documentElement.lang = currentLanguage;
    const page = PAGES.find((each) => each.path === currentPath && each.kit !== undefined);
    document.title = page ? `${page.label(t)} · Tidings` : `Tidings · ${t.intro.title}`;
  }, [currentLanguage, currentPath, t]);
  return (
    <>
      <a className="skip" href="#main">
        {t.shell.skip}
      </a>
      <header className="shell-header">
        <Link className="shell-name" href="/">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <path d="M5 10c3.7-3.4 7.3-3.4 11 0s7.3 3.4 11 0M5 16c3.7-3.4 7.3-3.4 11 0s7.3 3.4 11 0M5 22c3.7-3.4 7.3-3.4 11 0s7.3 3.4 11 0" />
          </svg>
          Tidings
        </Link>
        <nav className="shell-pages" aria-label={t.shell.pages}>
          {PAGES.filter(({ kit }) => kit === undefined || loaded?.has(kit)).map(({ path: href, label }) => (
            <Link key={href} href={href}>
              {label(t)}
            </Link>
          ))}
          <a href="/docs">{t.shell.docs}</a>
        </nav>
        <div className="shell-choices">
          {who === undefined ? null : (
            <button type="button" className="shell-visitor" onClick={signOut} title={t.shell.signOut}>
              {who.name}
              <span className="unseen">: {t.shell.signOut}</span>
            </button>
          )}
          <label>
            <span className="unseen">{t.shell.language}</span>
            <select
              value={currentLanguage}
              onChange={({ target }) => isLanguage(target.value) && chooseLanguage(target.value)}
            >
              {Object.entries(LANGUAGES).map(([code, name]) => (
                <option key={code} value={code} lang={code}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <fieldset className="shell-themes">
            <legend className="unseen">{t.shell.theme}</legend>
            {THEMES.map((each) => (
              <label key={each} title={t.shell.themes[each]}>
                <input
                  type="radio"
                  name="theme"
                  value={each}
                  checked={each === currentTheme}
                  onChange={() => chooseTheme(each)}
                />
                <span className="unseen">{t.shell.themes[each]}</span>
                <svg viewBox="0 0 20 20" aria-hidden="true">
                  <path d={THEME_ICONS[each]} />
                </svg>
              </label>
            ))}
          </fieldset>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

const THEME_ICONS = {
  system: 'M3 4.5h14v9H3zM7.5 17h5M10 13.5V17',
  light:
    'M10 6.8a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4M10 2v1.6M10 16.4V18M2 10h1.6M16.4 10H18M4.3 4.3l1.2 1.2M14.5 14.5l1.2 1.2M15.7 4.3l-1.2 1.2M5.5 14.5l-1.2 1.2',
  dark: 'M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7z',
} as const;
