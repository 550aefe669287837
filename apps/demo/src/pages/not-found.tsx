import { Link } from '../shell/link.tsx';
import { useI18n } from '../shell/use-i18n.ts';

/** Shown for a path that no page has. */
export function NotFound() {
  const { t } = useI18n();
  return (
    <div className="not-found">
      <h1>{t.shell.notFound}</h1>
      <p>{t.shell.notFoundText}</p>
      <p>
        <Link href="/">{t.shell.home}</Link>
      </p>
    </div>
  );
}
