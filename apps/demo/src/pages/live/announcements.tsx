import { type LiveSession, TRANSPORTS, type Transport } from '../../live/live-session.ts';
import { useI18n } from '../../shell/use-i18n.ts';
import { useStore } from '../../use-store.ts';

/** Tells a screen reader when a connection changes, and not every event. */
export function Announcements({ session }: { readonly session: LiveSession }) {
  return (
    <div className="unseen" role="status" aria-atomic="false">
      {TRANSPORTS.map((transport) => (
        <Announcement key={transport} transport={transport} session={session} />
      ))}
    </div>
  );
}

function Announcement({
  transport,
  session,
}: {
  readonly transport: Transport;
  readonly session: LiveSession;
}) {
  const { t } = useI18n();
  const { status } = useStore(session.feeds[transport].store);
  return <p>{`${t.transports[transport]}: ${t.status[status]}`}</p>;
}
