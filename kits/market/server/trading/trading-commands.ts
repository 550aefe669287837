import { type CommandDefinition, defineCommand } from '@tidings/server/kit';
import { CancelOffer, ChangeOffer, PlaceOffer, SIDES, type Side } from '../../events.ts';
import { callingUser } from '../callers.ts';
import type { Trading } from './trading.ts';

/** The commands of bids and asks. */
export function tradingCommands(trading: Trading): readonly CommandDefinition[] {
  return SIDES.flatMap((side) => commandsOf(trading, side));
}

function commandsOf(trading: Trading, side: Side): readonly CommandDefinition[] {
  const one = side === 'bid' ? 'a bid' : 'an ask';
  const commands = [
    defineCommand({
      name: `place_${side}`,
      summary: `Place ${one} for a pair; a repeat under the same key has one effect and the same answer.`,
      data: PlaceOffer,
      authenticated: true,
      // Keeps its keys itself, so that many are written together.
      idempotent: true,
      handle: (data, { identity, key }) => trading.place(callingUser(identity).user, side, data, key),
    }),
    defineCommand({
      name: `change_${side}`,
      summary: `Give ${one} of one’s own another price.`,
      data: ChangeOffer,
      authenticated: true,
      handle: ({ id, ...offered }, context) =>
        trading.change({ user: callingUser(context.identity).user, side, id }, offered, context),
    }),
    defineCommand({
      name: `cancel_${side}`,
      summary: `Cancel ${one} of one’s own.`,
      data: CancelOffer,
      authenticated: true,
      handle: ({ id }, context) =>
        trading.cancel({ user: callingUser(context.identity).user, side, id }, context),
    }),
  ];
  return commands as readonly CommandDefinition[];
}
