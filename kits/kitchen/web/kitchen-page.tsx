import { useMemo } from 'react';
import { createCall } from '../../shared/web/call.ts';
import { ConnectionMark } from '../../shared/web/connection-mark.tsx';
import { goTo } from '../../shared/web/go-to.ts';
import { InboxButton } from '../../shared/web/inbox/inbox-button.tsx';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import { useParameter } from '../../shared/web/use-parameter.ts';
import { TABS, type Tab } from './address-of.ts';
import { CATEGORIES } from './categories.ts';
import { FeedTab } from './feed/feed-tab.tsx';
import { FridgeTab } from './fridge/fridge-tab.tsx';
import { GoalsTab } from './goals/goals-tab.tsx';
import { Households } from './households/households.ts';
import { Invitation } from './households/invitation.tsx';
import type { Kitchen } from './kitchen.ts';
import './kitchen.css';
import { useMade } from '../../shared/web/use-made.ts';
import { MenuTab } from './menu/menu-tab.tsx';
import { PlaceLink } from './place-link.tsx';
import { TEXTS } from './texts.ts';

/** The kitchen: the community's feed, fridges, goals and menus. */
export function KitchenPage(page: KitPageProps) {
  const { client, token, user, language } = page;
  const t = TEXTS[language];
  const call = useMemo(() => createCall(token), [token]);
  const kitchen: Kitchen = { page, call, t };
  const households = useMade(() => new Households(client, call, user), [client, call, user]);
  const named = useParameter('tab');
  const tab = TABS.find((each) => each === named) ?? 'feed';
  const household = useParameter('household');
  const invitation = useParameter('invitation');
  return (
    <div className="kitchen">
      <header className="kitchen-head">
        <div>
          <h1>{t.title}</h1>
          <p>{t.lead}</p>
        </div>
        <div className="kitchen-tools">
          <ConnectionMark language={language} />
          <InboxButton page={page} categories={CATEGORIES[page.language]} onOpen={goTo} />
        </div>
      </header>
      <nav className="tabs kitchen-tabs" aria-label={t.title}>
        {TABS.map((each) => (
          <PlaceLink
            key={each}
            to={{ tab: each, household }}
            aria-current={each === tab ? 'page' : undefined}
          >
            {t.tabs[each]}
          </PlaceLink>
        ))}
      </nav>
      {households ? (
        <>
          {invitation === undefined ? null : (
            <Invitation key={invitation} kitchen={kitchen} households={households} code={invitation} />
          )}
          <Content kitchen={kitchen} households={households} tab={tab} household={household} />
        </>
      ) : null}
    </div>
  );
}

interface ContentProps {
  readonly kitchen: Kitchen;
  readonly households: Households;
  readonly tab: Tab;
  readonly household: string | undefined;
}

function Content({ kitchen, households, tab, household }: ContentProps) {
  switch (tab) {
    case 'feed':
      return <FeedTab kitchen={kitchen} />;
    case 'fridge':
      return <FridgeTab kitchen={kitchen} households={households} household={household} />;
    case 'goals':
      return <GoalsTab kitchen={kitchen} />;
    case 'menu':
      return <MenuTab kitchen={kitchen} households={households} household={household} />;
  }
}
