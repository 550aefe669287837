/**
 * The commands of the rooms kit, the same on every transport and over HTTP.
 *
 * @module
 */
import {
  type CommandContext,
  type CommandDefinition,
  defineCommand,
  type Identity,
} from '@tidings/server/kit';
import { DeleteMessage, editMessage, JoinRoom, LeaveRoom, MarkRead, sendMessage } from '../events.ts';
import type { Membership } from './membership.ts';
import type { Messages, Writer } from './messages.ts';
import { markRead } from './reading.ts';
import { noSuchRoom } from './rooms.ts';
import type { Server } from './tables.ts';

export interface CommandParts {
  readonly tidings: Server;
  readonly membership: Membership;
  readonly messages: Messages;
  /** Characters of a message. */
  readonly maxMessage: number;
}

const MAX_NAME = 100;

/** Who somebody is to the others: the claim `name` of their token, or else their id. */
export function writerOf({ user, claims }: Identity): Writer {
  const name = typeof claims.name === 'string' ? claims.name.replaceAll(/\p{Cc}/gu, ' ').trim() : '';
  // Every command here asks for a user.
  return { user: user as string, name: (name || String(user)).slice(0, MAX_NAME).toWellFormed() };
}

export function roomCommands(parts: CommandParts): readonly CommandDefinition[] {
  const { tidings, membership, messages, maxMessage } = parts;
  const userOf = ({ identity }: CommandContext) => writerOf(identity).user;
  const commands = [
    defineCommand({
      name: 'join_room',
      summary: 'Become a member of a room, and hear it on this connection.',
      data: JoinRoom,
      authenticated: true,
      // Who joins and writes in one breath is heard.
      exclusive: true,
      idempotent: true,
      handle: ({ roomId }, { identity, session }) => membership.join(writerOf(identity), roomId, session),
    }),
    defineCommand({
      name: 'leave_room',
      summary: 'End one’s membership of a room.',
      data: LeaveRoom,
      authenticated: true,
      exclusive: true,
      idempotent: true,
      async handle({ roomId }, context) {
        if (!(await membership.remove(userOf(context), roomId, 'left'))) throw noSuchRoom();
        return { roomId };
      },
    }),
    defineCommand({
      name: 'send_message',
      summary: 'Write in a room; a repeat under the same id has one effect and the same answer.',
      data: sendMessage(maxMessage),
      authenticated: true,
      idempotent: true,
      handle: (data, { identity, key }) => messages.send(writerOf(identity), data, key),
    }),
    defineCommand({
      name: 'mark_read',
      summary: 'Say how far a room is read, on all of one’s devices.',
      data: MarkRead,
      authenticated: true,
      idempotent: true,
      handle: (data, context) => markRead(tidings, userOf(context), data),
    }),
    defineCommand({
      name: 'edit_message',
      summary: 'Change the text of one’s own message.',
      data: editMessage(maxMessage),
      authenticated: true,
      handle: (data, context) => messages.edit(userOf(context), data, context),
    }),
    defineCommand({
      name: 'delete_message',
      summary: 'Empty one’s own message.',
      data: DeleteMessage,
      authenticated: true,
      handle: (data, context) => messages.delete(userOf(context), data, context),
    }),
  ];
  return commands as readonly CommandDefinition[];
}
