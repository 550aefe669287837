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
import { postExists } from '../community/posts.ts';
import { isMember } from '../groups/groups.ts';
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

/** Whether somebody may hear what is behind a name. @throws TidingsError `forbidden`, `not_found`, `unauthenticated`. */
async function requireHearing(db: Kitchen['db'], name: string, { user }: Identity): Promise<void> {
  const [kind, id = ''] = split(name);
  if (kind === 'post' && !(await postExists(db, id)))
    throw new TidingsError('not_found', 'There is no such post.');
  if (kind !== 'group') return;
  if (user === undefined) throw new TidingsError('unauthenticated', 'A group needs the token of a member.');
  if (!(await isMember(db, id, user)))
    throw new TidingsError('forbidden', 'Only members hear what a group is told.');
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
      const heard = await Promise.all(
        [...new Set(names)].map(async (name) => {
          try {
            const channels = channelsOf(name, identity);
            await requireHearing(tidings.db, name, identity);
            return [{ name, channels }];
          } catch (error) {
            if (!(error instanceof TidingsError)) throw error;
            refused.push({ channel: name, code: error.code, message: error.message });
            return [];
          }
        }),
      );
      const followed = heard.flat();
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
