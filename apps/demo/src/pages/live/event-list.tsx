import { memo } from 'react';
import type { Entry } from '../../live/feed-log.ts';
import { latencyOf } from '../../live/last-latency.ts';
import { useI18n } from '../../shell/use-i18n.ts';

export interface EventListProps {
  readonly label: string;
  /** Newest first. */
  readonly entries: readonly Entry[];
  readonly sentAt: ReadonlyMap<string, number>;
  /** Whether events may come. */
  readonly following: boolean;
}

/** The log of a pane, newest on top. */
export function EventList({ label, entries, sentAt, following }: EventListProps) {
  const { t } = useI18n();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="log" tabIndex={0} aria-label={label}>
      {entries.length === 0 && following ? <p className="log-empty">{t.pane.empty}</p> : null}
      <ol>
        {entries.map((entry) =>
          entry.kind === 'event' ? (
            <EventRow key={entry.key} entry={entry} latency={latencyOf(entry, sentAt)} />
          ) : (
            <MarkRow key={entry.key} entry={entry} />
          ),
        )}
      </ol>
    </section>
  );
}

type EventEntry = Extract<Entry, { kind: 'event' }>;
type MarkEntry = Extract<Entry, { kind: 'mark' }>;

const EventRow = memo(function EventRow({
  entry: { event, arrival },
  latency,
}: {
  readonly entry: EventEntry;
  readonly latency: number | undefined;
}) {
  const { t, format } = useI18n();
  const data = JSON.stringify(event.data) ?? '';
  return (
    <li className="event" data-arrival={arrival} data-offset={event.offset}>
      <span className="event-offset">#{format.number(event.offset)}</span>
      <span className="event-name">{event.event}</span>
      <span className="event-how">
        {arrival === 'live' ? latency !== undefined && format.milliseconds(latency) : t.arrival[arrival]}
      </span>
      <time dateTime={new Date(event.at).toISOString()}>{format.time(event.at)}</time>
      <code className="event-data" title={data}>
        {data}
      </code>
    </li>
  );
});

const MarkRow = memo(function MarkRow({ entry: { mark, at } }: { readonly entry: MarkEntry }) {
  const { t, format } = useI18n();
  return (
    <li className="mark" data-mark={mark}>
      <span>{t.marks[mark]}</span>
      <time dateTime={new Date(at).toISOString()}>{format.time(at)}</time>
    </li>
  );
});
