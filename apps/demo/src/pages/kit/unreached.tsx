import { problemText } from '../../i18n/problem-text.ts';
import { useI18n } from '../../shell/use-i18n.ts';

/** Stands in for a page whose code could not be loaded: there is no network, or the server has another version by now. */
export function Unreached() {
  const { t } = useI18n();
  return (
    <div className="kit-absent" role="alert">
      <p>{problemText({ code: 'network', message: '' }, t)}</p>
      <div>
        <button type="button" onClick={() => location.reload()}>
          {t.pane.retry}
        </button>
      </div>
    </div>
  );
}
