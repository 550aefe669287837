import type { Core } from './core.ts';
import type { Session } from './session.ts';

/**
 * Makes a session follow channels from now on, on the server's own account. Does nothing for a session that has ended.
 *
 * @param byRight its own right is to be asked later, as if it had subscribed by itself.
 * @throws TidingsError `bad_channel`, `unknown_namespace`, `too_many_channels`.
 */
export async function followChannels(
  { hub, namespaces }: Pick<Core, 'hub' | 'namespaces'>,
  session: Session,
  channels: readonly string[],
  byRight: boolean,
): Promise<void> {
  const targets = [...new Set(channels)].map((channel) => ({
    channel: namespaces.resolve(channel),
    from: {},
    byRight,
  }));
  // What it follows already, it now follows whatever its rights are, unless it is to keep to them.
  const fresh = targets.filter(({ channel }) => {
    const subscription = session.subscriptions.get(channel.channel);
    if (subscription) subscription.byRight &&= byRight;
    return !subscription;
  });
  const outcomes = await hub.subscribe(session, fresh);
  hub.activate(outcomes.filter((outcome) => outcome.status === 'fulfilled').map((outcome) => outcome.value));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed && !session.closed) throw failed.reason;
}
