/**
 * What is done to the sessions of a user, on whatever node they are.
 *
 * @module
 */
import { type DisconnectReason, disconnect, TidingsError } from '@tidings/protocol';
import type { Core } from '../../core/core.ts';
import { followChannels } from '../../core/follow-channels.ts';
import type { NodeAnswers, NodeCall, NodeCalls } from '../../core/node-calls.ts';
import type { UserSessions } from '../user-sessions/user-sessions.ts';

export interface ReachOptions {
  readonly core: Pick<Core, 'hub' | 'namespaces'>;
  readonly userSessions: Pick<UserSessions, 'of'>;
  readonly nodes: Pick<NodeCalls, 'define'>;
  /** A session could not follow a channel. */
  readonly onError: (error: unknown) => void;
}

/** How the sessions of a user are made to follow channels. */
export interface FollowUserOptions {
  /**
   * The sessions' own right is asked later, as if they had subscribed by themselves: when they come back after a cut, when
   * they become another user's, and when this node may have missed that they lost it. @default false
   */
  readonly byRight?: boolean;
  /** Only sessions that speak this dialect. @default all */
  readonly dialect?: string;
}

interface Whose {
  readonly user: string;
}

interface Channels extends Whose {
  readonly channels: readonly string[];
}

interface Reason {
  readonly reason: DisconnectReason;
}

export class Reach {
  readonly #namespaces: Core['namespaces'];
  readonly #disconnectUser: NodeCall<Whose & Reason, number>;
  readonly #disconnectSession: NodeCall<{ readonly id: string } & Reason, number>;
  readonly #follow: NodeCall<Channels & FollowUserOptions, void>;
  readonly #unfollow: NodeCall<Channels, void>;

  constructor({ core, userSessions, nodes, onError }: ReachOptions) {
    const { hub } = core;
    this.#namespaces = core.namespaces;
    this.#disconnectUser = nodes.define('disconnect_user', ({ user, reason }) => {
      const sessions = userSessions.of(user);
      for (const session of sessions) hub.disconnect(session, disconnect(reason));
      return sessions.length;
    });
    this.#disconnectSession = nodes.define('disconnect_session', ({ id, reason }) => {
      const session = hub.sessions.get(id);
      if (session) hub.disconnect(session, disconnect(reason));
      return session ? 1 : 0;
    });
    this.#follow = nodes.define('follow', async ({ user, channels, byRight = false, dialect }) => {
      const sessions = userSessions
        .of(user)
        .filter(({ wire }) => dialect === undefined || wire.dialect.name === dialect);
      await Promise.all(
        sessions.map((session) =>
          followChannels(core, session, channels, byRight).catch((error: unknown) => {
            // It follows as many channels as it may, and is told so when it asks.
            if (!(error instanceof TidingsError && error.code === 'too_many_channels')) onError(error);
          }),
        ),
      );
    });
    this.#unfollow = nodes.define('unfollow', ({ user, channels }) => {
      for (const session of userSessions.of(user))
        for (const channel of channels) hub.unsubscribe(session, channel);
    });
  }

  /**
   * Ends the sessions of a user.
   *
   * @returns how many.
   * @throws TidingsError `unavailable` when a node did not answer: its sessions may go on.
   */
  async disconnectUser(user: string, reason: DisconnectReason): Promise<number> {
    const answers = await this.#disconnectUser({ user, reason });
    requireAll(answers);
    return sum(answers);
  }

  /** Ends one session. @returns whether there was one. @throws TidingsError `unavailable` as {@link disconnectUser}. */
  async disconnectSession(id: string, reason: DisconnectReason): Promise<boolean> {
    const answers = await this.#disconnectSession({ id, reason });
    if (sum(answers) > 0) return true;
    requireAll(answers);
    return false;
  }

  /**
   * Makes the sessions of a user follow channels from now on; fulfilled once all nodes that could be reached have done it.
   * One that follows as many channels as it may is left as it is.
   *
   * @throws TidingsError `bad_channel`, `unknown_namespace`.
   */
  async followUser(
    user: string,
    channels: readonly string[],
    options: FollowUserOptions = {},
  ): Promise<void> {
    for (const channel of channels) this.#namespaces.resolve(channel);
    await this.#follow({ user, channels, ...options });
  }

  /**
   * Makes the sessions of a user stop following channels; fulfilled once all nodes that could be reached have done it. The
   * others ask for the rights of whatever is followed by right, as soon as they can be.
   */
  async unfollowUser(user: string, channels: readonly string[]): Promise<void> {
    await this.#unfollow({ user, channels });
  }
}

function sum({ answers }: NodeAnswers<number>): number {
  return answers.reduce((before, { result }) => before + result, 0);
}

function requireAll({ complete }: NodeAnswers<number>): void {
  if (!complete) throw new TidingsError('unavailable', 'Not every server could be asked; try again.');
}
