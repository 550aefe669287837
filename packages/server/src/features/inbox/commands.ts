/**
 * What users do with their own inbox. Every transport and the HTTP API reach the same handlers.
 *
 * @module
 */

import Type from 'typebox';
import { type CommandDefinition, defineCommand } from '../../core/command.ts';
import type { Identity } from '../../core/identity.ts';
import type { Inbox } from './inbox.ts';
import { ListQuery } from './list.ts';
import { type Mark, Target } from './marks.ts';
import { Preferences } from './preferences.ts';

/** The commands of an inbox. */
export function inboxCommands(inbox: Inbox): readonly CommandDefinition[] {
  const list = defineCommand({
    name: 'inbox.list',
    summary: 'Read one’s notifications, the newest first.',
    data: ListQuery,
    authenticated: true,
    idempotent: true,
    handle: (query, { identity }) => inbox.list(userOf(identity), query),
  });
  const marking = (as: Mark, summary: string) =>
    defineCommand({
      name: `inbox.${as}`,
      summary,
      data: Target,
      authenticated: true,
      idempotent: true,
      handle: (target, { identity }) => inbox.mark(userOf(identity), as, target),
    });
  const preferences = defineCommand({
    name: 'inbox.preferences',
    summary: 'Read what one wants to be told of, by which way and when.',
    data: Type.Object({}, { additionalProperties: false }),
    authenticated: true,
    idempotent: true,
    handle: (_, { identity }) => inbox.preferences.of(userOf(identity)),
  });
  const setPreferences = defineCommand({
    name: 'inbox.setPreferences',
    summary: 'Say what one wants to be told of, by which way and when; replaces what was said before.',
    data: Preferences,
    authenticated: true,
    idempotent: true,
    handle: (data, { identity }) => inbox.setPreferences(userOf(identity), data),
  });
  return [
    list,
    marking('seen', 'Say that one has seen notifications; they are not pushed or mailed any more.'),
    marking('read', 'Say that one has read notifications.'),
    marking('archive', 'Put notifications away.'),
    preferences,
    setPreferences,
  ] as readonly CommandDefinition[];
}

/** Dispatch has refused whoever is nobody. */
function userOf({ user }: Identity): string {
  return user as string;
}
