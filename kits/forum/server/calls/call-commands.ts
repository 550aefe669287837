import { type CommandDefinition, defineCommand, type Session, TidingsError } from '@tidings/server/kit';
import { CallIn, type CallJoined, type CallMembers, CallSignal, type CallSignalled } from '../../events.ts';
import { readableThread } from '../access.ts';
import { callerOf } from '../callers.ts';
import { callChannel } from '../channels.ts';
import { followReadable } from '../follow-readable.ts';
import type { Forum } from '../tables.ts';
import type { CallSeats } from './call-seats.ts';
import { leaveSeat, readMembers, seatsOf, takeSeat } from './calls.ts';
import { type IceOptions, iceServersFor } from './ice-servers.ts';
import { SignalPace } from './signal-pace.ts';
import { sendTo } from './signals.ts';

/** Options of calls. */
export interface CallOptions extends IceOptions {
  /** Users in one call. */
  readonly callSize: number;
}

/** Characters of a signal's data, as JSON. */
const MAX_SIGNAL = 32 * 1024;

/** The commands of the calls. */
export function callCommands(
  forum: Forum,
  options: CallOptions,
  seats: CallSeats,
): readonly CommandDefinition[] {
  const pace = new SignalPace();

  const join = defineCommand({
    name: 'call_join',
    summary: 'Come into the call of a thread.',
    data: CallIn,
    live: true,
    authenticated: true,
    idempotent: true,
    exclusive: true,
    async handle({ thread_id, user_id }, { identity, session: given }): Promise<CallJoined> {
      const user = callerOf(identity, user_id);
      // Dispatch has refused who has no connection.
      const session = given as Session;
      const thread = String(thread_id);
      const channel = callChannel(thread);
      const read = () => readableThread(forum.db, user, thread);
      await read();
      await followReadable(forum, session, [channel], read);
      const members = await takeSeat(forum, user, { thread, session, size: options.callSize });
      seats.add(session, thread);
      // It has gone meanwhile, and nobody else would notice.
      if (session.closed) await seats.lose(session);
      const ice_servers = iceServersFor(user.user, options, forum.clock.now());
      return { thread_id: thread, channel, members: [...members], ice_servers };
    },
  });

  const leave = defineCommand({
    name: 'call_leave',
    summary: 'Leave the call of a thread.',
    data: CallIn,
    live: true,
    authenticated: true,
    idempotent: true,
    exclusive: true,
    async handle({ thread_id, user_id }, { identity, session: given }): Promise<CallMembers> {
      const user = callerOf(identity, user_id);
      const session = given as Session;
      const thread = String(thread_id);
      await readableThread(forum.db, user, thread);
      seats.delete(session, thread);
      const seat = { thread, user: user.user, session: session.id };
      return { thread_id: thread, members: [...(await leaveSeat(forum, seat))] };
    },
  });

  const members = defineCommand({
    name: 'call_members',
    summary: 'Who is in the call of a thread.',
    data: CallIn,
    authenticated: true,
    idempotent: true,
    async handle({ thread_id, user_id }, { identity }): Promise<CallMembers> {
      const user = callerOf(identity, user_id);
      const thread = String(thread_id);
      await readableThread(forum.db, user, thread);
      return { thread_id: thread, members: [...(await readMembers(forum, thread))] };
    },
  });

  const signal = defineCommand({
    name: 'call_signal',
    summary: 'Tell somebody in the call how to reach one.',
    data: CallSignal,
    live: true,
    authenticated: true,
    idempotent: true,
    // A candidate means nothing before the description that it belongs to.
    exclusive: true,
    async handle({ thread_id, user_id, to, data }, { identity, session: given }) {
      const caller = callerOf(identity, user_id);
      const { user } = caller;
      const session = given as Session;
      const thread = String(thread_id);
      await readableThread(forum.db, caller, thread);
      pace.take(session, forum.clock.now());
      if (JSON.stringify(data).length > MAX_SIGNAL)
        throw new TidingsError('message_too_large', `A signal has ${MAX_SIGNAL} characters at most.`);
      const { own, other } = await seatsOf(forum, thread, {
        from: user,
        session: session.id,
        to: String(to),
      });
      const signalled: CallSignalled = { thread_id: thread, from: user, username: own.name, data };
      await sendTo(forum, other, 'call_signal', signalled);
      return {};
    },
  });

  return [join, leave, members, signal] as readonly CommandDefinition[];
}
