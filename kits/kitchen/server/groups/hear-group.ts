import { type Tidings, TidingsError } from '@tidings/server/kit';
import { groupChannel, menuChannel } from '../channels.ts';
import { DIALECT } from '../realtime/dialect.ts';
import type { KitchenTables } from '../tables.ts';

type Kitchen = Tidings<KitchenTables>;

/** Lets the raw clients of a new member hear the group: those hear their groups without asking. */
export async function hearGroup(tidings: Kitchen, group: string, user: string): Promise<void> {
  for (const session of tidings.sessionsOf(user)) {
    if (session.wire.dialect.name !== DIALECT) continue;
    await tidings.follow(session, [groupChannel(group)]).catch((error: unknown) => {
      // It follows as many channels as it may; it is told so when it asks.
      if (!(error instanceof TidingsError)) throw error;
    });
  }
}

/** Lets no client of somebody who is no member any more hear the group. */
export function leaveGroup(tidings: Kitchen, group: string, user: string): void {
  const channel = groupChannel(group);
  for (const session of tidings.sessionsOf(user))
    tidings.unfollow(session, [channel, `presence:${channel}`, menuChannel(group)]);
}
