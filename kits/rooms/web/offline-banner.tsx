import { useLive } from '../../shared/web/use-live.ts';
import type { Texts } from './texts/texts.ts';

export interface OfflineBannerProps {
  readonly t: Texts;
  /** Messages that wait. */
  readonly waiting: number;
}

/** Says that the connection is lost, and what becomes of what was written; nothing while it is there. */
export function OfflineBanner({ t, waiting }: OfflineBannerProps) {
  const live = useLive();
  return (
    <div className="rooms-offline" role="status">
      {live ? null : (
        <p className="rooms-offline-text">{waiting === 0 ? t.offline : t.offlineWaiting(waiting)}</p>
      )}
    </div>
  );
}
