import { useId } from 'react';
import { problemText } from '../../i18n/problem-text.ts';
import type { FeedState } from '../../live/feed.ts';
import { lastLatency } from '../../live/last-latency.ts';
import type { LiveSession, LiveState, Transport } from '../../live/live-session.ts';
import { useI18n } from '../../shell/use-i18n.ts';
import { useStore } from '../../use-store.ts';
import { EventList } from './event-list.tsx';
import './pane.css';
import { Tape } from './tape.tsx';

export interface PaneProps {
  readonly transport: Transport;
  readonly session: LiveSession;
}

/** One transport on the channel: its connection, what it heard, what it missed. */
export function Pane({ transport, session }: PaneProps) {
  const { t } = useI18n();
  const feed = session.feeds[transport];
  const state = useStore(feed.store);
  const shared = useStore(session.store);
  const titleId = useId();
  const name = t.transports[transport];
  const away = state.status === 'cut' || state.status === 'refused';
  const [action, label] = labels();

  function labels(): readonly [action: string, label: string] {
    if (state.status === 'refused') return [t.pane.retry, t.pane.retryNamed(name)];
    return away ? [t.pane.restore, t.pane.restoreNamed(name)] : [t.pane.cut, t.pane.cutNamed(name)];
  }

  return (
    <section className="pane" aria-labelledby={titleId} data-transport={transport} data-status={state.status}>
      <header className="pane-header">
        <h2 id={titleId}>{name}</h2>
        <p className="pane-status">{t.status[state.status]}</p>
        <button
          type="button"
          className={away ? 'primary' : 'danger'}
          aria-label={label}
          onClick={() => (away ? feed.restore() : feed.cut())}
        >
          {action}
        </button>
        <p className="pane-about">{t.resumes[transport]}</p>
      </header>
      <Tape entries={state.entries} stands={state.stands} head={shared.head} />
      <Place state={state} head={shared.head} />
      <EventList label={t.pane.log(name)} entries={state.entries} sentAt={shared.sentAt} following={!away} />
      <Counters state={state} sentAt={shared.sentAt} />
    </section>
  );
}

/** Where the pane stands, and how it came there. */
function Place({ state, head }: { readonly state: FeedState; readonly head: LiveState['head'] }) {
  const { t, format } = useI18n();
  const { status, problem, stands, outcome, caughtUp } = state;
  const missed =
    status !== 'live' && stands && head?.epoch === stands.epoch ? head.offset - stands.offset : 0;
  return (
    <div className="pane-place">
      <span className="pane-offset">{stands ? t.pane.at(format.number(stands.offset)) : ''}</span>
      {missed > 0 ? (
        <span className="badge" data-tone="bad" data-missed={missed}>
          {t.pane.missed(missed)}
        </span>
      ) : null}
      {status === 'live' && outcome ? (
        <span className="badge" data-tone={outcome === 'recovered' ? 'good' : 'bad'} data-outcome={outcome}>
          {outcome === 'recovered' ? t.pane.recovered : t.pane.historyGone}
        </span>
      ) : null}
      {status === 'live' && caughtUp > 0 ? (
        <span className="badge" data-tone="late" data-caught-up={caughtUp}>
          {t.pane.caughtUp(caughtUp)}
        </span>
      ) : null}
      {problem && status !== 'live' ? <span className="pane-problem">{problemText(problem, t)}</span> : null}
    </div>
  );
}

function Counters({ state, sentAt }: { readonly state: FeedState; readonly sentAt: LiveState['sentAt'] }) {
  const { t, format } = useI18n();
  const latency = lastLatency(state.entries, sentAt);
  return (
    <dl className="counters">
      <div data-counter="heard">
        <dt>{t.counters.heard}</dt>
        <dd>{format.number(state.heard)}</dd>
      </div>
      <div data-counter="reconnects">
        <dt>{t.counters.reconnects}</dt>
        <dd>{format.number(state.reconnects)}</dd>
      </div>
      <div data-counter="duplicates" data-bad={state.duplicates > 0}>
        <dt>{t.counters.duplicates}</dt>
        <dd>{format.number(state.duplicates)}</dd>
      </div>
      <div data-counter="gaps" data-bad={state.gaps > 0}>
        <dt>{t.counters.gaps}</dt>
        <dd>{format.number(state.gaps)}</dd>
      </div>
      <div data-counter="latency" title={t.counters.latencyTitle}>
        <dt>{t.counters.latency}</dt>
        <dd>{latency === undefined ? '–' : format.milliseconds(latency)}</dd>
      </div>
    </dl>
  );
}
