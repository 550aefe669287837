import type { Person } from '../../events.ts';
import type { Texts } from '../texts/texts.ts';

export interface StatusMarkProps {
  readonly t: Texts;
  /** `undefined`: not there. */
  readonly status: Person['status'] | undefined;
}

/** How somebody is seen: a dot, and its name for who cannot see it. */
export function StatusMark({ t, status }: StatusMarkProps) {
  const name = t.statuses[status ?? 'offline'];
  return (
    <span className="forum-dot" data-status={status ?? 'offline'} title={name}>
      <span className="unseen">{name}</span>
    </span>
  );
}
