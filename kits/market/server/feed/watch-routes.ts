/**
 * `/market/watches`, and the same as commands.
 *
 * @module
 */
import { type CommandDefinition, defineCommand, type Static, Type } from '@tidings/server/kit';
import { ProductId, UnwatchProduct, Watch, WatchProduct } from '../../events.ts';
import { callingUser, userOf } from '../callers.ts';
import type { Market, MarketPart } from '../market-part.ts';
import type { MarketOptions } from '../options.ts';
import { endWatch, readWatches, setWatch } from './watches.ts';

type App = Parameters<NonNullable<MarketPart['routes']>>[0];
type Options = Pick<MarketOptions, 'maxWatches'>;

const Params = Type.Object({ product: ProductId });
const Body = Type.Omit(WatchProduct, ['product_id']);
const List = Type.Object({ watches: Type.Array(Watch) });

const security = [{ userToken: [] }];

/** Adds the routes. */
export function watchRoutes(app: App, market: Market, { maxWatches }: Options): void {
  app.get(
    '/market/watches',
    { schema: { security, summary: 'What one watches, the newest first', response: { 200: List } } },
    async (request) => {
      const { user } = await userOf(market, request);
      return { watches: await readWatches(market.db, user) };
    },
  );

  app.put<{ Params: Static<typeof Params>; Body: Static<typeof Body> }>(
    '/market/watches/:product',
    {
      schema: {
        security,
        summary: 'Be told when an ask is at or below a price',
        description: 'You are notified once, and again only after there was no such ask in between.',
        params: Params,
        body: Body,
        response: { 200: Watch },
      },
    },
    async (request) => {
      const { user } = await userOf(market, request);
      const watch = { ...request.body, product_id: request.params.product };
      return setWatch(market, user, watch, { maxWatches });
    },
  );

  app.delete<{ Params: Static<typeof Params> }>(
    '/market/watches/:product',
    {
      schema: {
        security,
        summary: 'Watch a product no more',
        params: Params,
        response: { 204: Type.Null({ description: 'Done.' }) },
      },
    },
    async (request, reply) => {
      const { user } = await userOf(market, request);
      await endWatch(market, user, request.params.product);
      return reply.code(204).send();
    },
  );
}

/** The commands. */
export function watchCommands(market: Market, { maxWatches }: Options): readonly CommandDefinition[] {
  const commands = [
    defineCommand({
      name: 'watch_product',
      summary: 'Be told when an ask is at or below a price.',
      data: WatchProduct,
      authenticated: true,
      idempotent: true,
      handle: (data, { identity }) => setWatch(market, callingUser(identity).user, data, { maxWatches }),
    }),
    defineCommand({
      name: 'unwatch_product',
      summary: 'Watch a product no more.',
      data: UnwatchProduct,
      authenticated: true,
      idempotent: true,
      async handle({ product_id }, { identity }) {
        await endWatch(market, callingUser(identity).user, product_id);
        return { product_id };
      },
    }),
  ];
  return commands as readonly CommandDefinition[];
}
