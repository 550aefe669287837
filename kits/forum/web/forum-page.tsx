import { useMemo } from 'react';
import { createCall } from '../../shared/web/call.ts';
import { ConnectionMark } from '../../shared/web/connection-mark.tsx';
import { goTo } from '../../shared/web/go-to.ts';
import { InboxButton } from '../../shared/web/inbox/inbox-button.tsx';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import { useMade, useValue } from '../../shared/web/use-made.ts';
import { useParameter } from '../../shared/web/use-parameter.ts';
import { TABS, VIEWS } from './address-of.ts';
import { BoardView } from './boards/board-view.tsx';
import { Boards } from './boards/boards.ts';
import { BoardsTab } from './boards/boards-tab.tsx';
import { CATEGORIES } from './categories.ts';
import type { Forum } from './forum.ts';
import './forum.css';
import { ModerationTab } from './moderation/moderation-tab.tsx';
import { Myself } from './people/me.ts';
import { Online } from './people/online.ts';
import { StatusPicker } from './people/status-picker.tsx';
import { PlaceLink } from './place-link.tsx';
import { ServersTab } from './servers/servers-tab.tsx';
import { TEXTS } from './texts.ts';
import { ThreadView } from './thread/thread-view.tsx';
import { UnsentPosts } from './thread/unsent-posts.ts';

/** The forum: boards, their threads, game servers, and what moderators do. */
export function ForumPage(page: KitPageProps) {
  const { client, token, user, language } = page;
  const t = TEXTS[language];
  const call = useMemo(() => createCall(token), [token]);
  const online = useMade(() => new Online(client), [client]);
  const unsent = useMade(() => new UnsentPosts(client, user), [client, user]);
  const boards = useMade(() => new Boards(client, call, user), [client, call, user]);
  const myself = useMade(() => new Myself(client, call, user), [client, call, user]);
  if (!online || !unsent || !boards || !myself) return <p className="kit-loading">{t.loading}</p>;
  const forum: Forum = { page, call, t, me: myself.state, online, unsent };
  return <Frame forum={forum} boards={boards} myself={myself} />;
}

interface FrameProps {
  readonly forum: Forum;
  readonly boards: Boards;
  readonly myself: Myself;
}

function Frame({ forum, boards, myself }: FrameProps) {
  const { page, t } = forum;
  const me = useValue(myself.state);
  const named = useParameter('tab');
  const tab = TABS.find((each) => each === named) ?? 'boards';
  return (
    <div className="forum">
      <header className="forum-head">
        <h1>{t.title}</h1>
        <div className="forum-tools">
          <ConnectionMark language={page.language} />
          <StatusPicker forum={forum} myself={myself} />
          <InboxButton page={page} categories={CATEGORIES[page.language]} onOpen={goTo} />
        </div>
      </header>
      <nav className="tabs forum-tabs" aria-label={t.title}>
        {TABS.filter((each) => each !== 'moderation' || me?.moderator).map((each) => (
          <PlaceLink
            key={each}
            to={each === 'boards' ? {} : { tab: each }}
            aria-current={each === tab ? 'page' : undefined}
          >
            {t.tabs[each]}
          </PlaceLink>
        ))}
      </nav>
      {me?.banned ? (
        <p className="forum-banned" role="status">
          {t.banned(me.banned.reason)}
        </p>
      ) : null}
      <Content forum={forum} boards={boards} tab={tab} />
    </div>
  );
}

interface ContentProps {
  readonly forum: Forum;
  readonly boards: Boards;
  readonly tab: (typeof TABS)[number];
}

function Content({ forum, boards, tab }: ContentProps) {
  const board = useParameter('board');
  const thread = useParameter('thread');
  const post = useParameter('post');
  const search = useParameter('search') ?? '';
  const named = useParameter('view');
  const view = VIEWS.find((each) => each === named) ?? 'posts';
  if (tab === 'servers') return <ServersTab forum={forum} />;
  if (tab === 'moderation') return <ModerationTab forum={forum} />;
  if (thread !== undefined)
    return <ThreadView key={thread} forum={forum} boards={boards} id={thread} view={view} post={post} />;
  if (board !== undefined)
    return <BoardView key={`${board} ${search}`} forum={forum} boards={boards} id={board} search={search} />;
  return <BoardsTab forum={forum} boards={boards} />;
}
