import { useEffect, useState } from 'react';
import { isChannel } from '../../live/check-input.ts';
import { LiveSession, TRANSPORTS } from '../../live/live-session.ts';
import { useI18n } from '../../shell/use-i18n.ts';
import { useStore } from '../../use-store.ts';
import { Announcements } from './announcements.tsx';
import { Controls } from './controls.tsx';
import { HowItWorks } from './how-it-works.tsx';
import { Legend } from './legend.tsx';
import './live-page.css';
import { Pane } from './pane.tsx';
import { Stats } from './stats.tsx';

/** Where anyone may publish in development. */
const DEFAULT_CHANNEL = 'demo:lobby';

/** The page at `/`: three transports on one channel, side by side. */
export function LivePage() {
  const { t } = useI18n();
  const [session] = useState(() => new LiveSession(channelOf(location.search)));
  const { channel, token } = useStore(session.store);
  useEffect(() => session.start(), [session]);
  useEffect(() => {
    if (channelOf(location.search) === channel) return;
    history.replaceState(null, '', `?${new URLSearchParams({ channel })}`);
  }, [channel]);
  return (
    <div className="live">
      <div className="live-intro">
        <div>
          <h1>{t.intro.title}</h1>
          <p>{t.intro.lead}</p>
        </div>
        <Stats token={token} />
      </div>
      <Controls session={session} />
      <div className="panes">
        {TRANSPORTS.map((transport) => (
          <Pane key={transport} transport={transport} session={session} />
        ))}
      </div>
      <Legend />
      <HowItWorks channel={channel} />
      <Announcements session={session} />
    </div>
  );
}

function channelOf(search: string): string {
  const asked = new URLSearchParams(search).get('channel');
  return asked && isChannel(asked) ? asked : DEFAULT_CHANNEL;
}
