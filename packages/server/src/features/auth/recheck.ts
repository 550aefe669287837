import { TidingsError } from '@tidings/protocol';
import type { Core } from '../../core/core.ts';
import { requireRight } from '../../core/rights.ts';
import type { Session, Subscription } from '../../core/session.ts';

export interface RecheckParts {
  readonly core: Pick<Core, 'hub' | 'namespaces'>;
  /** A kit's rights function failed; the channel is left. */
  readonly onError: (error: unknown) => void;
}

/** Has a session leave the channels that it follows by right and has no right to any more, and says so. */
export async function recheck(parts: RecheckParts, session: Session): Promise<void> {
  session.looks += 1;
  await Promise.all(
    [...session.subscriptions.values()].map((subscription) => recheckOne(parts, subscription)),
  );
}

async function recheckOne({ core, onError }: RecheckParts, subscription: Subscription): Promise<void> {
  const { session, channel } = subscription;
  if (!subscription.byRight) return;
  try {
    await requireRight(session.identity, 'subscribe', core.namespaces.resolve(channel));
  } catch (error) {
    if (!(error instanceof TidingsError)) onError(error);
    const fault = error instanceof TidingsError ? error : new TidingsError('internal');
    if (session.subscriptions.get(channel) !== subscription || !core.hub.unsubscribe(session, channel))
      return;
    const notice = { type: 'unsubscribed', channel, error: fault.toBody() } as const;
    const text = session.wire.dialect.encodeNotice(notice);
    if (text !== undefined) core.hub.send(session, text);
  }
}
