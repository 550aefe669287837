import { type CommandDefinition, defineCommand } from '@tidings/server/kit';
import { type ServerStatuses, ServerStatusRequest, type ServerStatusUpdate } from '../../events.ts';
import { serverChannel } from '../channels.ts';
import type { Forum } from '../tables.ts';
import { statusesOf } from './servers.ts';
import { UNKNOWN } from './status.ts';

/** The command of the game servers. */
export function serverCommands(forum: Forum): readonly CommandDefinition[] {
  const request = defineCommand({
    name: 'server_status_request',
    summary: 'How game servers are; a live connection hears of them from then on.',
    data: ServerStatusRequest,
    idempotent: true,
    // Who asks for one server and then for another hears of them in this order.
    exclusive: true,
    async handle({ server_ids }, { session }): Promise<ServerStatuses> {
      const ids = [...new Set(server_ids.map(String))];
      if (!session) return statusesOf(forum.db, ids);
      const { servers: known } = await statusesOf(forum.db, ids);
      await forum.follow(
        session,
        known.map(({ server_id }) => serverChannel(server_id)),
      );
      // Read once more: what changed before it followed, it has not heard.
      const { servers, unknown } = await statusesOf(forum.db, ids);
      const told = [...servers, ...unknown.map((id) => unknownServer(id, forum.clock.now()))];
      for (const update of told) forum.send(session, 'server_status_update', update);
      return { servers, unknown };
    },
  });
  return [request] as readonly CommandDefinition[];
}

/** What a client that waits for no answer is told of a server there is not. */
function unknownServer(id: string, now: number): ServerStatusUpdate {
  return {
    server_id: id,
    status: {
      online: false,
      name: id,
      players: 0,
      max_players: 0,
      map: '',
      ping: null,
      type: UNKNOWN,
      address: '',
      timestamp: new Date(now).toISOString(),
    },
  };
}
