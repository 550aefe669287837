import { useI18n } from '../../shell/use-i18n.ts';
import { Snippet } from './snippet.tsx';
import { KEY_COMMAND, listenCommand, publishCommand } from './snippets.ts';

/** What happens here, and how to do the same from a backend. */
export function HowItWorks({ channel }: { readonly channel: string }) {
  const { t } = useI18n();
  const { origin } = location;
  return (
    <details className="how">
      <summary>{t.how.title}</summary>
      <div className="how-body">
        <div>
          <p>{t.how.offsets}</p>
          <p>{t.how.transports}</p>
          <p>{t.how.backend}</p>
          <p>
            <a href="/docs">{t.how.docs}</a>
          </p>
        </div>
        <div>
          <Snippet label={t.how.key} text={KEY_COMMAND} />
          <Snippet label={t.how.curl} text={publishCommand(origin, channel)} />
          <Snippet label={t.how.listen} text={listenCommand(origin, channel)} />
        </div>
      </div>
    </details>
  );
}
