import { useI18n } from '../../shell/use-i18n.ts';

/** What the colours of the tapes mean. */
export function Legend() {
  const { t } = useI18n();
  return (
    <ul className="legend" aria-hidden="true">
      <li data-state="live">{t.legend.live}</li>
      <li data-state="caught-up">{t.legend.caughtUp}</li>
      <li data-state="missing">{t.legend.missing}</li>
      <li data-state="history">{t.legend.history}</li>
    </ul>
  );
}
