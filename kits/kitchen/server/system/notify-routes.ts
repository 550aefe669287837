/**
 * `/realtime/notify/…`: how a backend in any language tells what has happened there.
 *
 * @module
 */
import { type PublishReceipt, type Tidings, TidingsError, Type } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import type { KitchenEvents } from '../../events.ts';
import { requireBackend } from '../callers.ts';
import { COMMUNITY, groupChannel, userChannel } from '../channels.ts';
import { rememberPost } from '../community/posts.ts';
import { readGroup } from '../groups/groups.ts';
import { notificationOf } from '../notifications.ts';
import type { KitchenTables } from '../tables.ts';
import { NOTIFY_CALLS, type NotifyCall } from './notify-calls.ts';

type App = Parameters<NonNullable<KitPart<KitchenTables>['routes']>>[0];
type Kitchen = Tidings<KitchenTables>;

/** What every call may have; the rest is its event's data, which its schema has checked. */
interface Call {
  readonly user_id?: string;
  readonly group_id?: string;
  readonly post_id?: string;
  readonly key?: string;
  readonly url?: string;
}

const Told = Type.Object(
  { channel: Type.String(), offset: Type.Integer(), epoch: Type.String(), id: Type.String() },
  { description: 'Where the event stands.' },
);

/** Adds the routes. They take the API key alone. */
export function notifyRoutes(app: App, tidings: Kitchen): void {
  for (const call of NOTIFY_CALLS)
    app.post<{ Body: Call }>(
      `/realtime/notify/${call.path}`,
      {
        schema: {
          security: [{ apiKey: [] }],
          summary: call.summary,
          description: `Tells \`${call.event}\`. Answered once the event is on disk; repeat it with the same \`key\` when no answer came.`,
          body: call.body,
          response: { 200: Told },
        },
        // Before the body is looked at: a stranger learns nothing of it.
        onRequest: (request) => requireBackend(tidings, request),
      },
      ({ body }) => notify(tidings, call, body),
    );
}

async function notify(
  tidings: Kitchen,
  { event, to }: NotifyCall,
  { key, user_id: user, ...data }: Call,
): Promise<PublishReceipt> {
  if (user !== undefined && data.group_id !== undefined)
    throw new TidingsError('invalid_request', 'It goes to a user or to a group, not to both.');
  // What the inbox would refuse must not have been told by then.
  if (data.url !== undefined && !URL.canParse(data.url, 'https://localhost'))
    throw new TidingsError('invalid_request', 'The url cannot be read.');
  const channel = await channelFor(tidings, to, { user, group: data.group_id });
  if (event === 'NewCommunityPost' && data.post_id !== undefined) await rememberPost(tidings, data.post_id);
  const receipt = await tidings.publish({ channel, event, data, key });
  if (event === 'NewCommunityPost') return receipt;
  const users = user === undefined ? await membersOf(tidings, data.group_id) : [user];
  // Under the event's own id: when the call is repeated under its key, so is this.
  if (users.length > 0)
    await tidings.notify(users, {
      ...notificationOf(event, data as KitchenEvents[typeof event]),
      key: receipt.id,
    });
  return receipt;
}

/** Who is in a group; of all who use the app nobody keeps a list. */
async function membersOf({ db }: Kitchen, group: string | undefined): Promise<readonly string[]> {
  if (group === undefined) return [];
  const { members } = await readGroup(db, undefined, group);
  return members.map(({ user_id }) => user_id).filter((user) => userChannel(user) !== undefined);
}

async function channelFor(
  { db }: Kitchen,
  to: NotifyCall['to'],
  { user, group }: { readonly user: string | undefined; readonly group: string | undefined },
): Promise<string> {
  if (to === 'community') return COMMUNITY;
  if (user !== undefined) {
    const channel = userChannel(user);
    if (!channel) throw new TidingsError('bad_channel', 'A user of this id has no personal channel.');
    return channel;
  }
  if (group === undefined) return COMMUNITY;
  // Throws when there is none.
  await readGroup(db, undefined, group);
  return groupChannel(group);
}
