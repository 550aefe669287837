/**
 * The visitor's bids and asks, the same in all tabs and on all devices.
 *
 * @module
 */
import type { Client, Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { MyMatchCreated, Offer, OfferUpdated, Placed, PlaceOffer, Side } from '../../events.ts';
import { LiveState } from '../live-state.ts';

/** What the visitor offers and has offered. */
export interface OffersState {
  /** The newest first. */
  readonly offers: readonly Offer[];
  /** By side, where its list goes on; `undefined` at its end. */
  readonly next: Readonly<Record<Side, string | undefined>>;
  readonly loaded: boolean;
  readonly error: unknown;
}

interface Page {
  readonly offers: readonly Offer[];
  readonly next?: string | null;
}

interface PersonalEvents {
  readonly OFFER_UPDATED: OfferUpdated;
  readonly MATCH_CREATED: MyMatchCreated;
}

const PAGE = 50;

/** Where the bids and the asks are. */
const PATHS = { bid: '/market/bids', ask: '/market/asks' } as const;

const EMPTY: OffersState = {
  offers: [],
  next: { bid: undefined, ask: undefined },
  loaded: false,
  error: undefined,
};

/** Follows the visitor's bids and asks until it is closed. */
export class Offers {
  readonly state: Store<OffersState>;
  readonly #live = new LiveState<OffersState>(EMPTY);
  readonly #call: Call;
  readonly #stops: readonly (() => void)[];

  /** @param onMatch told of each match as it is made, on whichever device it was begun */
  constructor(client: Client, call: Call, user: string, onMatch: (match: MyMatchCreated) => void) {
    this.#call = call;
    this.state = this.#live.store;
    const channel = client.channel<PersonalEvents>(`user:${user}`);
    this.#stops = [
      channel.on('OFFER_UPDATED', ({ offer }) => this.#take([offer])),
      channel.on('MATCH_CREATED', onMatch),
      channel.onGap(() => this.load()),
      whenLive(client, channel, () => void this.load()),
    ];
  }

  /** Reads everything anew; an error stands in the state. */
  async load(): Promise<void> {
    await Promise.all([this.#loadPage('bid'), this.#loadPage('ask')]);
  }

  /** Loads the page after the last. */
  async more(): Promise<void> {
    const { next } = this.#live.now;
    const rest = (['bid', 'ask'] as const).filter((side) => next[side] !== undefined);
    await Promise.all(rest.map((side) => this.#loadPage(side, next[side])));
  }

  /** Bids or asks. @param key a repeat under it has one effect @throws CallError */
  async place(side: Side, offer: PlaceOffer, key: string): Promise<Placed> {
    const placed = await this.#call<Placed>(PATHS[side], { body: offer, key });
    this.#take([placed.offer]);
    return placed;
  }

  /** Takes a bid or an ask back. @throws CallError */
  async cancel({ side, id }: Offer): Promise<void> {
    const key = `cancel-${side}-${id}`;
    this.#take([await this.#call<Offer>(`${PATHS[side]}/${id}`, { method: 'DELETE', key })]);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#live.forget();
  }

  async #loadPage(side: Side, before?: string): Promise<void> {
    const query = new URLSearchParams({ status: 'all', limit: String(PAGE) });
    if (before !== undefined) query.set('before', before);
    try {
      await this.#live.read(
        side,
        () => this.#call<Page>(`${PATHS[side]}?${query}`),
        (state, { offers, next }) => ({
          ...withOffers(state, offers),
          next: { ...state.next, [side]: next ?? undefined },
          loaded: true,
          error: undefined,
        }),
      );
    } catch (error) {
      this.#live.change((state) => ({ ...state, error, loaded: true }));
    }
  }

  #take(offers: readonly Offer[]): void {
    this.#live.change((state) => withOffers(state, offers));
  }
}

function withOffers(state: OffersState, offers: readonly Offer[]): OffersState {
  const all = new Map(state.offers.map((offer) => [offer.id, offer]));
  for (const offer of offers) all.set(offer.id, newer(offer, all.get(offer.id)));
  return { ...state, offers: [...all.values()].toSorted((a, b) => b.id - a.id) };
}

/** What has ended stays so; of two that are open, the one whose price was named last. */
function newer(offer: Offer, other: Offer | undefined): Offer {
  if (!other || offer.status !== 'open') return offer;
  return other.status !== 'open' || other.placed > offer.placed ? other : offer;
}
