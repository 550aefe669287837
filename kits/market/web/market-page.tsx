import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { createCall } from '../../shared/web/call.ts';
import { ConnectionMark } from '../../shared/web/connection-mark.tsx';
import { goTo } from '../../shared/web/go-to.ts';
import { InboxButton } from '../../shared/web/inbox/inbox-button.tsx';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import { PageLink } from '../../shared/web/page-link.tsx';
import { useMade, useValue } from '../../shared/web/use-made.ts';
import { useParameter } from '../../shared/web/use-parameter.ts';
import type { MyMatchCreated } from '../events.ts';
import { addressOf, TABS, type Tab } from './address-of.ts';
import { BrowseTab, type Choice, EVERYTHING } from './browse/browse-tab.tsx';
import { Products } from './browse/products.ts';
import { CATEGORIES } from './categories.ts';
import { isAgent } from './is-agent.ts';
import type { Market } from './market.ts';
import './market.css';
import { MatchBanner } from './match-banner.tsx';
import { Offers } from './offers/offers.ts';
import { OffersTab } from './offers/offers-tab.tsx';
import { Orders } from './orders/orders.ts';
import { OrdersTab } from './orders/orders-tab.tsx';
import { SneakerView } from './sneaker/sneaker-view.tsx';
import { Watches } from './sneaker/watches.ts';
import { SupportTab } from './support/support-tab.tsx';
import { Tickets } from './support/tickets.ts';
import { TEXTS } from './texts.ts';

/** Everything live that the page holds. */
interface Stores {
  readonly products: Products;
  readonly offers: Offers;
  readonly orders: Orders;
  readonly watches: Watches;
  readonly tickets: Tickets;
  close(): void;
}

/** The sneaker market. */
export function MarketPage(page: KitPageProps) {
  const { client, token, user, language } = page;
  const t = TEXTS[language];
  const call = useMemo(() => createCall(token), [token]);
  const market: Market = { page, call, t };
  const [match, setMatch] = useState<MyMatchCreated>();
  /** A match that was seen by the answer is heard of as well. */
  const onMatch = useCallback((made: MyMatchCreated) => {
    setMatch((before) => (before && before.match_id >= made.match_id ? before : made));
  }, []);
  const stores = useMade<Stores>(() => {
    const parts = {
      products: new Products(client, call),
      offers: new Offers(client, call, user, onMatch),
      orders: new Orders(client, call, user),
      watches: new Watches(client, call, user),
      tickets: new Tickets({ client, call, user, agent: isAgent(token) }),
    };
    return {
      ...parts,
      close() {
        for (const part of Object.values(parts)) part.close();
      },
    };
  }, [client, call, user, token, onMatch]);
  const product = useParameter('product');
  const named = useParameter('tab');
  const order = useParameter('order');
  const ticket = useParameter('ticket');
  const tab = tabOf({ product, tab: named, order, ticket });
  const tabs = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab is the current one.
  useEffect(() => {
    // A narrow screen does not show them all.
    tabs.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [tab]);
  return (
    <div className="market">
      <header className="market-head">
        <div>
          <h1>{t.title}</h1>
          <p>{t.lead}</p>
        </div>
        <div className="market-tools">
          <ConnectionMark language={language} waiting={t.offline} />
          <InboxButton page={page} categories={CATEGORIES[language]} onOpen={goTo} />
        </div>
      </header>
      <nav ref={tabs} className="tabs market-tabs" aria-label={t.title}>
        {TABS.map((each) => (
          <PageLink
            key={each}
            href={addressOf({ tab: each === 'browse' ? undefined : each })}
            aria-current={each === tab ? 'page' : undefined}
          >
            {t.tabs[each]}
            {each === 'support' && stores ? <Unread market={market} tickets={stores.tickets} /> : null}
          </PageLink>
        ))}
      </nav>
      <MatchBanner market={market} match={match} />
      {stores ? (
        <Content
          market={market}
          stores={stores}
          tab={tab}
          product={product}
          order={order}
          ticket={ticket}
          onMatch={onMatch}
        />
      ) : null}
    </div>
  );
}

/** What the address names. */
type Named = Readonly<Record<'product' | 'tab' | 'order' | 'ticket', string | undefined>>;

function tabOf({ product, tab, order, ticket }: Named): Tab {
  if (product !== undefined) return 'browse';
  if (order !== undefined) return 'orders';
  if (ticket !== undefined) return 'support';
  return TABS.find((each) => each === tab) ?? 'browse';
}

interface ContentProps {
  readonly market: Market;
  readonly stores: Stores;
  readonly tab: Tab;
  readonly product: string | undefined;
  readonly order: string | undefined;
  readonly ticket: string | undefined;
  readonly onMatch: (match: MyMatchCreated) => void;
}

function Content({ market, stores, tab, product, order, ticket, onMatch }: ContentProps) {
  const { products, offers, orders, watches, tickets } = stores;
  const [choice, setChoice] = useState<Choice>(EVERYTHING);
  if (product !== undefined)
    return (
      <SneakerView
        key={product}
        market={market}
        id={product}
        offers={offers}
        watches={watches}
        onMatch={onMatch}
      />
    );
  switch (tab) {
    case 'browse':
      return (
        <BrowseTab
          market={market}
          products={products}
          watches={watches}
          choice={choice}
          onChoose={setChoice}
        />
      );
    case 'offers':
      return <OffersTab market={market} offers={offers} />;
    case 'orders':
      return <OrdersTab market={market} orders={orders} selected={order} />;
    case 'support':
      return <SupportTab market={market} tickets={tickets} selected={ticket} />;
  }
}

/** How many messages of tickets wait to be read. */
function Unread({ market: { t }, tickets }: { readonly market: Market; readonly tickets: Tickets }) {
  const state = useValue(tickets.state);
  const unread = state.tickets.reduce((sum, ticket) => sum + ticket.unread, 0);
  if (unread === 0) return null;
  return (
    <span className="market-count">
      <span aria-hidden="true">{unread}</span>
      <span className="unseen">{t.support.unread(unread)}</span>
    </span>
  );
}
