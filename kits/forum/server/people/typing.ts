/**
 * Typing, as Socket.IO clients of a thread expect it: they are told the marks that `typing:thread:ID` has.
 *
 * @module
 */
import type { ChannelEvent } from '@tidings/server/kit';
import type { UserTyping } from '../../events.ts';
import { threadChannel } from '../channels.ts';
import type { Forum } from '../tables.ts';
import { findPerson } from './person.ts';

const MARKS = 'typing:thread:';

/** Tells typing marks of threads to the Socket.IO sessions of one server. */
export class TypingTeller {
  readonly #forum: Forum;
  /** What is told, one after the other: the end of a mark comes after its begin. */
  #telling: Promise<void> = Promise.resolve();

  constructor(forum: Forum) {
    this.#forum = forum;
  }

  /** An event was published. */
  published(event: ChannelEvent): void {
    if (!event.channel.startsWith(MARKS)) return;
    this.#telling = this.#telling
      .then(() => this.#tell(event))
      .catch((error: unknown) => this.#forum.log.error({ err: error }, 'a typing mark could not be told'));
  }

  async #tell({ channel, event, json }: ChannelEvent): Promise<void> {
    const { user } = JSON.parse(json) as { readonly user: string };
    const thread = channel.slice(MARKS.length);
    const listeners = () =>
      this.#forum
        .sessionsIn(threadChannel(thread))
        .filter(({ transport, identity }) => transport === 'socketio' && identity.user !== user);
    if (listeners().length === 0) return;
    const typing: UserTyping = {
      user_id: user,
      username: (await findPerson(this.#forum.db, user))?.name ?? user,
      thread_id: thread,
      action: event === 'start' ? 'start' : 'stop',
    };
    for (const session of listeners()) this.#forum.send(session, 'user_typing', typing);
  }
}
