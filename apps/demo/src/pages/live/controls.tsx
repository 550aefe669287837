import type { LiveSession } from '../../live/live-session.ts';
import { useStore } from '../../use-store.ts';
import { ChannelForm } from './channel-form.tsx';
import './controls.css';
import { PublishForm } from './publish-form.tsx';
import { TokenBox } from './token-box.tsx';

/** Which channel, what to publish, and as whom. */
export function Controls({ session }: { readonly session: LiveSession }) {
  const { published } = useStore(session.store);
  const problems = [
    published.state === 'failed' ? published.problem : undefined,
    ...[
      useStore(session.feeds.websocket.store),
      useStore(session.feeds.socketio.store),
      useStore(session.feeds.sse.store),
    ].map(({ problem }) => problem),
  ];
  const codes = new Set(problems.map((problem) => problem?.code));
  return (
    <div className="controls">
      <ChannelForm session={session} />
      <PublishForm session={session} />
      <TokenBox session={session} codes={codes} />
    </div>
  );
}
