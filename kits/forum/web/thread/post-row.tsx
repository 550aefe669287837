import { type ReactNode, useState } from 'react';
import { Avatar } from '../../../shared/web/avatar.tsx';
import { LinkedText } from '../../../shared/web/linked-text.tsx';
import { timeText } from '../../../shared/web/time-text.ts';
import { useValue } from '../../../shared/web/use-made.ts';
import type { File, Post } from '../../events.ts';
import { type Forum, problemOf } from '../forum.ts';
import { StatusMark } from '../people/status-mark.tsx';
import { FileLink } from './file-link.tsx';
import { ReportPost } from './report-post.tsx';
import type { Row } from './rows.ts';
import type { UnsentPost } from './unsent-posts.ts';

/** What one may do with posts. */
export interface PostActs {
  readonly onReply: (post: Post) => void;
  readonly onEdit: (post: Post) => void;
  readonly onDelete: (post: Post) => void;
  readonly onRetry: (unsent: UnsentPost) => void;
  readonly onDiscard: (unsent: UnsentPost) => void;
  /** Goes to a post by its place. */
  readonly onShow: (seq: number) => void;
}

export interface PostRowProps {
  readonly forum: Forum;
  readonly row: Exclude<Row, { kind: 'new' }>;
  /** All that are there, for what is quoted. */
  readonly posts: readonly Post[];
  readonly files: readonly File[];
  readonly acts: PostActs;
  readonly silent: boolean;
  /** The address names it. */
  readonly target: boolean;
}

/** One post: there, on its way, waiting for a moderator, or refused. */
export function PostRow(props: PostRowProps) {
  const { row } = props;
  if (row.kind === 'unsent') return <UnsentRow {...props} unsent={row.unsent} />;
  return <SentRow {...props} post={row.post} own={row.own} />;
}

interface SentRowProps extends Omit<PostRowProps, 'row'> {
  readonly post: Post;
  readonly own: boolean;
}

function SentRow({ forum, post, own, posts, files, acts, silent, target }: SentRowProps) {
  const { t, page, online } = forum;
  const { seq, user_id, username, content, reply_to, timestamp, edited, state } = post;
  const at = Date.parse(timestamp);
  const { people } = useValue(online.state);
  const status = people.find((each) => each.user_id === user_id)?.status;
  const attached = files.filter((file) => seq !== null && file.seq === seq);
  return (
    <li
      className="forum-post"
      data-own={own}
      data-state={state === 'visible' ? 'sent' : state}
      data-seq={seq ?? undefined}
      data-target={target}
      tabIndex={-1}
    >
      <article aria-label={t.postBy(username)}>
        <header>
          <Avatar id={user_id} name={username} />
          <b>{username}</b>
          <StatusMark t={t} status={status} />
          <span className="forum-post-meta">
            {edited === null || state === 'deleted' ? null : <span>{t.edited} · </span>}
            <time dateTime={timestamp} title={new Date(at).toLocaleString(page.language)}>
              {timeText(at, page.language)}
            </time>
            {seq === null ? null : <span> · #{seq}</span>}
          </span>
        </header>
        {state === 'held' ? <p className="forum-held">{t.held}</p> : null}
        {reply_to === null || state === 'deleted' ? null : (
          <Quote forum={forum} posts={posts} seq={reply_to} onShow={acts.onShow} />
        )}
        {state === 'deleted' ? (
          <p className="forum-deleted">{t.deleted}</p>
        ) : (
          <p className="forum-text" dir="auto">
            <LinkedText text={content} />
          </p>
        )}
        {attached.length === 0 ? null : (
          <ul className="forum-files">
            {attached.map((file) => (
              <FileLink key={file.id} forum={forum} file={file} />
            ))}
          </ul>
        )}
        {state === 'visible' && seq !== null ? (
          <PostTools forum={forum} post={post} own={own} acts={acts} silent={silent} />
        ) : null}
      </article>
    </li>
  );
}

interface QuoteProps {
  readonly forum: Forum;
  readonly posts: readonly Post[];
  readonly seq: number;
  readonly onShow: (seq: number) => void;
}

/** How a post that is answered begins. */
function Quote({ forum: { t }, posts, seq, onShow }: QuoteProps) {
  const quoted = posts.find((post) => post.seq === seq);
  return (
    <blockquote className="forum-quote">
      <button type="button" onClick={() => onShow(seq)}>
        {quoted ? t.replyTo(quoted.username) : t.replyTo(`#${seq}`)}
      </button>
      {quoted ? <p dir="auto">{quoted.state === 'deleted' ? t.deleted : quoted.content}</p> : null}
    </blockquote>
  );
}

interface PostToolsProps extends Pick<PostRowProps, 'forum' | 'acts' | 'silent'> {
  readonly post: Post;
  readonly own: boolean;
}

function PostTools({ forum, post, own, acts, silent }: PostToolsProps) {
  const { t } = forum;
  const me = useValue(forum.me);
  const [sure, setSure] = useState(false);
  const [reporting, setReporting] = useState(false);
  const tool = (name: string, onClick: () => void, danger = false): ReactNode => (
    <button type="button" className={danger ? 'forum-quiet danger' : 'forum-quiet'} onClick={onClick}>
      {name}
      <span className="unseen"> #{post.seq}</span>
    </button>
  );
  return (
    <div className="forum-post-tools">
      {silent ? null : tool(t.reply, () => acts.onReply(post))}
      {own && !silent ? tool(t.edit, () => acts.onEdit(post)) : null}
      {own || me?.moderator
        ? tool(sure ? t.deleteSure : t.remove, () => (sure ? acts.onDelete(post) : setSure(true)), true)
        : null}
      {own ? null : tool(t.report, () => setReporting(true))}
      {reporting ? <ReportPost forum={forum} post={post} onClose={() => setReporting(false)} /> : null}
    </div>
  );
}

interface UnsentRowProps extends Omit<PostRowProps, 'row'> {
  readonly unsent: UnsentPost;
}

function UnsentRow({ forum, unsent, posts, acts }: UnsentRowProps) {
  const { t, page } = forum;
  const { data, at, error } = unsent;
  return (
    <li className="forum-post" data-own="true" data-state={error === undefined ? 'waiting' : 'failed'}>
      <article aria-label={t.postBy(page.name)}>
        <header>
          <Avatar id={page.user} name={page.name} />
          <b>{page.name}</b>
          <span className="forum-post-meta">
            <span className="forum-waiting">{error === undefined ? t.waiting : t.failed}</span>
            {' · '}
            <time dateTime={new Date(at).toISOString()}>{timeText(at, page.language)}</time>
          </span>
        </header>
        {data.reply_to === undefined ? null : (
          <Quote forum={forum} posts={posts} seq={data.reply_to} onShow={acts.onShow} />
        )}
        <p className="forum-text" dir="auto">
          <LinkedText text={data.content} />
        </p>
        {error === undefined ? null : (
          <div className="forum-failed" role="alert">
            <p>{problemOf(forum, error)}</p>
            <div className="forum-actions">
              <button type="button" onClick={() => acts.onRetry(unsent)}>
                {t.retry}
              </button>
              <button type="button" className="danger" onClick={() => acts.onDiscard(unsent)}>
                {t.discard}
              </button>
            </div>
          </div>
        )}
      </article>
    </li>
  );
}
