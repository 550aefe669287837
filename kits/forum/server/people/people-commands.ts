/**
 * The commands of people, the same on every transport and over HTTP.
 *
 * @module
 */
import { type CommandDefinition, defineCommand } from '@tidings/server/kit';
import { type Authenticated, AuthenticateUser, GetOnlineUsers, SetStatus } from '../../events.ts';
import { callerOf } from '../callers.ts';
import type { Forum } from '../tables.ts';
import { onlineUsers, setStatus, welcome } from './people.ts';

export function peopleCommands(forum: Forum): readonly CommandDefinition[] {
  const commands = [
    defineCommand({
      name: 'authenticate',
      summary: 'Say who one is, as the session is known already; told as `authenticated`.',
      form: true,
      data: AuthenticateUser,
      authenticated: true,
      live: true,
      exclusive: true,
      async handle({ user_id }, { identity, session }) {
        const { user, name } = callerOf(identity, user_id);
        if (session) await welcome(session, forum);
        const { users } = await onlineUsers(forum);
        const authenticated: Authenticated = {
          status: 'success',
          user_id: user,
          username: name,
          online_users: users,
        };
        if (session) forum.send(session, 'authenticated', authenticated);
        return authenticated;
      },
    }),
    defineCommand({
      name: 'get_online_users',
      summary: 'Who is here; told as `online_users_list`, too.',
      data: GetOnlineUsers,
      idempotent: true,
      async handle(_, { session }) {
        if (session) await welcome(session, forum);
        const online = await onlineUsers(forum);
        if (session) forum.send(session, 'online_users_list', online);
        return online;
      },
    }),
    defineCommand({
      name: 'set_status',
      summary: 'Say how one wants to be seen; who is invisible looks offline.',
      data: SetStatus,
      authenticated: true,
      handle: ({ user_id, ...said }, context) =>
        setStatus(forum, callerOf(context.identity, user_id), said, context),
    }),
  ];
  return commands as readonly CommandDefinition[];
}
