import { useEffect } from 'react';
import { pollServerStats, serverStats } from '../../live/server-stats.ts';
import { useI18n } from '../../shell/use-i18n.ts';
import { useStore } from '../../use-store.ts';

/** The server's own counters; nothing when it keeps them to itself. */
export function Stats({ token }: { readonly token: string | undefined }) {
  const { t, format } = useI18n();
  const stats = useStore(serverStats);
  useEffect(() => pollServerStats(token), [token]);
  if (!stats) return null;
  return (
    <section className="stats" aria-label={t.stats.title}>
      <dl>
        <div>
          <dt>{t.stats.connected}</dt>
          <dd>{format.number(stats.connected)}</dd>
        </div>
        <div>
          <dt>{t.stats.sentToday}</dt>
          <dd>{format.number(stats.sentToday)}</dd>
        </div>
        {stats.uptime === undefined ? null : (
          <div>
            <dt>{t.stats.uptime}</dt>
            <dd>{format.duration(stats.uptime)}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}
