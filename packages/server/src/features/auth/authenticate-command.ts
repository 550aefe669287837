import { AuthenticateData, TidingsError } from '@tidings/protocol';
import { type CommandDefinition, defineCommand } from '../../core/command.ts';
import type { Core } from '../../core/core.ts';
import type { Authenticator } from '../../core/ports/authenticator.ts';
import { requireRight } from '../../core/rights.ts';
import type { Session, Subscription } from '../../core/session.ts';

export interface AuthenticateParts {
  readonly core: Pick<Core, 'hub' | 'namespaces'>;
  readonly authenticator: Authenticator;
  /** A kit's rights function failed; the channel is left. */
  readonly onError: (error: unknown) => void;
}

/** The command `authenticate`: binds a session to its token's user, or moves its end and its rights with a newer token. */
export function authenticateCommand(parts: AuthenticateParts): CommandDefinition {
  const { core, authenticator } = parts;
  return defineCommand({
    name: 'authenticate',
    summary: 'Bind the session to a token, or refresh its token.',
    data: AuthenticateData,
    live: true,
    exclusive: true,
    async handle({ token }, context) {
      const session = context.session as Session;
      const identity = await authenticator.verify(token);
      if (session.identity.user !== undefined && session.identity.user !== identity.user)
        throw new TidingsError('forbidden', 'The session belongs to another user; open a new one.');
      if (!session.closed && !context.answered) {
        core.hub.identify(session, identity);
        await Promise.all(
          [...session.subscriptions.values()].map((subscription) => recheck(parts, subscription)),
        );
      }
      const { user, expiresAt } = identity;
      return { user, expiresAt };
    },
  }) as CommandDefinition;
}

/** Leaves a channel that the session has no right to any more, and says so. */
async function recheck({ core, onError }: AuthenticateParts, subscription: Subscription): Promise<void> {
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
