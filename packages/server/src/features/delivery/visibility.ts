/**
 * Whether a user has the app before them: a live session that follows their channel and has not said that it is hidden.
 *
 * @module
 */
import Type from 'typebox';
import { type CommandDefinition, defineCommand } from '../../core/command.ts';
import type { Session } from '../../core/session.ts';
import type { UserSessions } from '../user-sessions/user-sessions.ts';

export class Visibility {
  readonly #sessions: Pick<UserSessions, 'of'>;
  readonly #hidden = new WeakSet<Session>();
  /** By which a session says whether it is hidden. */
  readonly command: CommandDefinition;

  constructor(sessions: Pick<UserSessions, 'of'>) {
    this.#sessions = sessions;
    this.command = defineCommand({
      name: 'visibility',
      summary: 'Say whether the page is hidden; what happens meanwhile is pushed without waiting for it.',
      data: Type.Object({ hidden: Type.Boolean() }, { additionalProperties: false }),
      live: true,
      handle: ({ hidden }, { session }) => {
        if (hidden) this.#hidden.add(session as Session);
        else this.#hidden.delete(session as Session);
        return {};
      },
    }) as CommandDefinition;
  }

  /** Whether a user would see what is told on their channel now. */
  of(user: string): boolean {
    return this.#sessions
      .of(user)
      .some((session) => !this.#hidden.has(session) && session.subscriptions.has(`user:${user}`));
  }
}
