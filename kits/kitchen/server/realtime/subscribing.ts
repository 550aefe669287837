/**
 * `Subscribe` and `Unsubscribe` of the raw WebSocket: what its names of channels mean, and who may hear them.
 *
 * @module
 */
import {
  type CommandDefinition,
  defineCommand,
  type ErrorCode,
  type Identity,
  type Session,
  type Tidings,
  TidingsError,
  Type,
} from '@tidings/server/kit';
import { COMMUNITY, groupChannel, postChannel, userChannel } from '../channels.ts';
import { existingPosts } from '../community/posts.ts';
import { groupsOf } from '../groups/groups.ts';
import type { KitchenTables } from '../tables.ts';
import { SUBSCRIBE, UNSUBSCRIBE } from './dialect.ts';

type Kitchen = Tidings<KitchenTables>;

/** Names that one message may have. */
const MAX_NAMES = 100;

const Names = Type.Object(
  {
    channels: Type.Array(Type.String({ maxLength: 200 }), {
      minItems: 1,
      maxItems: MAX_NAMES,
      description: '`community`, `personal`, `group:ID` or `post:ID`.',
    }),
  },
  { additionalProperties: false },
);

/** A name that was refused, and why. */
interface Refused {
  readonly channel: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** The channels behind a name, whoever asks. @throws TidingsError `bad_channel`, `forbidden`, `unauthenticated`. */
function channelsOf(name: string, { user }: Identity): readonly string[] {
  if (name === 'community') return [COMMUNITY];
  const [kind, id] = split(name);
  if (name === 'personal' || kind === 'user' || kind === 'personal') {
    if (user === undefined)
      throw new TidingsError('unauthenticated', 'A personal channel needs the token of a user.');
    if (id !== undefined && id !== user)
      throw new TidingsError('forbidden', 'This is the personal channel of somebody else.');
    const channel = userChannel(user);
    if (!channel) throw new TidingsError('bad_channel', 'A user of this id has no personal channel.');
    return [channel];
  }
  if (kind === 'group' && id) return [groupChannel(id)];
  if (kind === 'post' && id) return [postChannel(id), `typing:${postChannel(id)}`];
  throw new TidingsError('bad_channel', 'The channels are community, personal, group:ID and post:ID.');
}

/** Asks the database once for all names. @returns what throws `not_found`, `unauthenticated` or `forbidden` for one of them. */
async function hearing(
  db: Kitchen['db'],
  names: readonly string[],
  { user }: Identity,
): Promise<(name: string) => void> {
  const idsOf = (wanted: string) =>
    names.map(split).flatMap(([kind, id]) => (kind === wanted && id ? [id] : []));
  const posts = await existingPosts(db, idsOf('post'));
  const groups =
    user === undefined || idsOf('group').length === 0 ? new Set() : new Set(await groupsOf(db, user));
  return (name) => {
    const [kind, id] = split(name);
    if (kind === 'post' && !posts.has(id ?? ''))
      throw new TidingsError('not_found', 'There is no such post.');
    if (kind !== 'group' || groups.has(id)) return;
    if (user === undefined) throw new TidingsError('unauthenticated', 'A group needs the token of a member.');
    throw new TidingsError('forbidden', 'Only members hear what a group is told.');
  };
}

function split(name: string): readonly [kind: string, id?: string] {
  const colon = name.indexOf(':');
  return colon === -1 ? [name] : [name.slice(0, colon), name.slice(colon + 1)];
}

/** The commands of the raw WebSocket's own messages. */
export function subscribingCommands(tidings: Kitchen): readonly CommandDefinition[] {
  const subscribe = defineCommand({
    name: SUBSCRIBE,
    summary: 'Follow channels of the kitchen by the names that its raw WebSocket has for them.',
    data: Names,
    live: true,
    exclusive: true,
    async handle({ channels: names }, { identity, session }) {
      const refused: Refused[] = [];
      const requireHearing = await hearing(tidings.db, names, identity);
      const followed = [...new Set(names)].flatMap((name) => {
        try {
          const channels = channelsOf(name, identity);
          requireHearing(name);
          return [{ name, channels }];
        } catch (error) {
          if (!(error instanceof TidingsError)) throw error;
          refused.push({ channel: name, code: error.code, message: error.message });
          return [];
        }
      });
      const [first] = refused;
      if (followed.length === 0 && first) throw new TidingsError(first.code, first.message);
      await tidings.follow(
        session as Session,
        followed.flatMap(({ channels }) => channels),
      );
      return { channels: followed.map(({ name }) => name), ...(first ? { refused } : {}) };
    },
  });

  const unsubscribe = defineCommand({
    name: UNSUBSCRIBE,
    summary: 'Stop following channels of the kitchen.',
    data: Names,
    live: true,
    handle({ channels: names }, { identity, session }) {
      tidings.unfollow(
        session as Session,
        names.flatMap((name) => channelsOf(name, identity)),
      );
      return { channels: names };
    },
  });

  return [subscribe, unsubscribe] as readonly CommandDefinition[];
}
