/**
 * Whether a user has the app before them: a live session, on whatever node, that follows their channel and has not said that
 * it is hidden.
 *
 * @module
 */
import Type from 'typebox';
import { type CommandDefinition, defineCommand } from '../../core/command.ts';
import type { NodeCall, NodeCalls } from '../../core/node-calls.ts';
import type { Session } from '../../core/session.ts';
import type { UserSessions } from '../user-sessions/user-sessions.ts';

type Users = readonly string[];

export class Visibility {
  readonly #sessions: Pick<UserSessions, 'of'>;
  readonly #hidden = new WeakSet<Session>();
  readonly #ask: NodeCall<Users, Users>;
  /** By which a session says whether it is hidden. */
  readonly command: CommandDefinition;

  constructor(sessions: Pick<UserSessions, 'of'>, nodes: Pick<NodeCalls, 'define'>) {
    this.#sessions = sessions;
    this.#ask = nodes.define('visible', (users) => users.filter((user) => this.#isHere(user)));
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

  /** Which users would see what is told on their channel now. A node that does not answer has nobody. */
  async among(users: Users): Promise<ReadonlySet<string>> {
    const here = users.filter((user) => this.#isHere(user));
    if (here.length === users.length) return new Set(here);
    const { answers } = await this.#ask(users);
    return new Set(answers.flatMap(({ result }) => result));
  }

  #isHere(user: string): boolean {
    return this.#sessions
      .of(user)
      .some((session) => !this.#hidden.has(session) && session.subscriptions.has(`user:${user}`));
  }
}
