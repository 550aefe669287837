import { disconnect, formatPosition } from '@tidings/protocol';
import type { Kysely, Transaction } from 'kysely';
import { followChannels } from '../core/follow-channels.ts';
import type { NewNotification } from '../features/inbox/index.ts';
import type { KitTransaction, Tidings, TransactionOptions } from '../kit.ts';
import type { CoreTables } from '../storage/migrations.ts';
import type { KitParts } from './kit-parts.ts';

/** Makes what a kit may do with the server. @param name the kit's. */
export function createTidings<Tables>(name: string, parts: KitParts): Tidings<Tables> {
  const { core, clock, outbox, commandKeys, inbox } = parts;
  const { hub, namespaces, publisher } = core;
  /** A kit names its own templates without its name. */
  const own = (notification: NewNotification): NewNotification =>
    notification.template === undefined
      ? notification
      : { ...notification, template: `${name}.${notification.template}` };
  return {
    clock,
    log: parts.log.child({ kit: name }),
    metrics: parts.metrics,
    db: parts.db as unknown as Kysely<Tables>,
    publish: (publication) => publisher.publish(publication),
    async positionOf(name) {
      const { channel, config } = namespaces.resolve(name);
      return formatPosition((await parts.broker.read(channel, config.history, {})).position);
    },
    isOwn: (event) => parts.broker.isOwn(event),
    transaction: <T>(
      work: (transaction: KitTransaction<Tables>) => Promise<T>,
      { answers }: TransactionOptions = {},
    ) =>
      outbox.transaction<Tables, T>(({ db, ...transaction }) => {
        const core = db as unknown as Transaction<CoreTables>;
        const run = () =>
          work({
            db,
            publish: transaction.publish,
            notify: (users, notification) =>
              inbox.notifyIn({ ...transaction, db: core }, users, own(notification)),
          });
        return answers ? commandKeys.once(core, answers, run) : run();
      }),
    notify: async (users, notification) => inbox.notify(users, own(notification)),
    notificationsOf: (user, query = {}) => inbox.list(user, query),
    contactOf: (user) => parts.contacts.of(user),
    sessionsOf: (user) => parts.userSessions.of(user),
    sessionsIn: (channel) => hub.channels.get(channel)?.sessions ?? [],
    followedIn: (namespace) =>
      [...hub.channels.keys()].filter((channel) => channel.startsWith(`${namespace}:`)),
    presenceOf: (channel) => parts.presence.list(channel),
    markTyping: (caller, channel, active) => parts.typing.mark(caller, channel, active),
    send(session, event, data = null) {
      const text = session.wire.dialect.encodeNotice({ type: 'direct', event, data });
      if (text !== undefined) hub.send(session, text);
    },
    follow: (session, channels, { byRight = false } = {}) => followChannels(core, session, channels, byRight),
    followUser: (user, channels, options) => parts.reach.followUser(user, channels, options),
    unfollow(session, channels) {
      for (const channel of channels) hub.unsubscribe(session, channel);
    },
    unfollowUser: (user, channels) => parts.reach.unfollowUser(user, channels),
    disconnect: (session, reason = 'disconnected') => hub.disconnect(session, disconnect(reason)),
    disconnectUser: (user, reason = 'disconnected') => parts.reach.disconnectUser(user, reason),
    callerOf: async (request) => parts.callerOf(request),
  };
}
