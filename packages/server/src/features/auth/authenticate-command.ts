import { AuthenticateData, TidingsError } from '@tidings/protocol';
import { type CommandDefinition, defineCommand } from '../../core/command.ts';
import type { Authenticator } from '../../core/ports/authenticator.ts';
import type { Session } from '../../core/session.ts';
import { type RecheckParts, recheck } from './recheck.ts';

export interface AuthenticateParts extends RecheckParts {
  readonly authenticator: Authenticator;
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
        await recheck(parts, session);
      }
      const { user, expiresAt } = identity;
      return { user, expiresAt };
    },
  }) as CommandDefinition;
}
