import { disconnect, formatPosition } from '@tidings/protocol';
import type { Kysely, Transaction } from 'kysely';
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
    presenceOf: (channel) => parts.presence.list(channel),
    markTyping: (caller, channel, active) => parts.typing.mark(caller, channel, active),
    send(session, event, data = null) {
      const text = session.wire.dialect.encodeNotice({ type: 'direct', event, data });
      if (text !== undefined) hub.send(session, text);
    },
    async follow(session, channels, { byRight = false } = {}) {
      const targets = [...new Set(channels)].map((channel) => ({
        channel: namespaces.resolve(channel),
        from: {},
        byRight,
      }));
      // What it follows already, it now follows whatever its rights are, unless it is to keep to them.
      const fresh = targets.filter(({ channel }) => {
        const subscription = session.subscriptions.get(channel.channel);
        if (subscription) subscription.byRight &&= byRight;
        return !subscription;
      });
      const outcomes = await hub.subscribe(session, fresh);
      hub.activate(
        outcomes.filter((outcome) => outcome.status === 'fulfilled').map((outcome) => outcome.value),
      );
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed && !session.closed) throw failed.reason;
    },
    unfollow(session, channels) {
      for (const channel of channels) hub.unsubscribe(session, channel);
    },
    disconnect: (session, reason = 'disconnected') => hub.disconnect(session, disconnect(reason)),
    callerOf: async (request) => parts.callerOf(request),
  };
}
