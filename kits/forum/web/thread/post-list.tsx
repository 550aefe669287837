import { useConnection } from '@tidings/react';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type Forum, problemOf } from '../forum.ts';
import { type PostActs, PostRow } from './post-row.tsx';
import type { Row } from './rows.ts';
import type { ThreadLog, ThreadLogState } from './thread-log.ts';

export interface PostListProps {
  readonly forum: Forum;
  readonly log: ThreadLog;
  readonly state: ThreadLogState;
  readonly rows: readonly Row[];
  /** The place of the post to show. */
  readonly target: number | undefined;
  /** Told of what the visitor has before their eyes. */
  readonly onSeen: (seq: number) => void;
  readonly acts: PostActs;
  /** The visitor may not write here. */
  readonly silent: boolean;
}

/** So close to the end is at the end, pixels. */
const AT_END = 160;
/** Between the last post and where one writes, pixels. */
const MARGIN = 24;

/** The posts of a thread, the newest at the bottom. */
export function PostList({ forum, log, state, rows, target, onSeen, acts, silent }: PostListProps) {
  const { t } = forum;
  const { posts, next, loaded, loading, error, files } = state;
  const { state: connection } = useConnection();
  const list = useRef<HTMLOListElement>(null);
  const shown = useRef({ opened: false, last: '', atEnd: true });
  const [missed, setMissed] = useState(0);

  const look = useCallback(() => {
    const element = list.current;
    if (!element) return;
    shown.current.atEnd = isAtEnd(element);
    if (shown.current.atEnd) setMissed(0);
    if (document.visibilityState !== 'visible') return;
    const seq = lastInView(element);
    if (seq !== undefined) onSeen(seq);
  }, [onSeen]);

  useLayoutEffect(() => {
    const last = rows.at(-1);
    if (!list.current || last === undefined || !loaded) return;
    const before = shown.current;
    const opening = !before.opened;
    const came = last.key !== before.last;
    shown.current = { ...before, opened: true, last: last.key };
    if (opening) {
      const line = list.current.querySelector('.forum-new');
      if (target === undefined) {
        if (line) line.scrollIntoView({ block: 'start' });
        else toEnd(list.current, 'instant');
      }
    } else if (came) {
      const own = last.kind === 'unsent' || (last.kind === 'post' && last.own);
      if (before.atEnd || own) toEnd(list.current, 'instant');
      else setMissed((count) => count + 1);
    }
    look();
  }, [rows, loaded, look, target]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what could not be told without a connection is told now.
  useEffect(() => {
    look();
    const options = { passive: true };
    addEventListener('scroll', look, options);
    addEventListener('resize', look, options);
    document.addEventListener('visibilitychange', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [look, connection]);

  useEffect(() => {
    if (target === undefined || !loaded) return;
    let wanted = true;
    void log.find(target).then((found) => {
      if (!found || !wanted) return;
      requestAnimationFrame(() => {
        const row = list.current?.querySelector<HTMLElement>(`[data-seq="${target}"]`);
        row?.scrollIntoView({ block: 'center' });
        row?.focus({ preventScroll: true });
      });
    });
    return () => {
      wanted = false;
    };
  }, [log, target, loaded]);

  if (!loaded && rows.length === 0) return <p className="kit-loading">{t.loading}</p>;
  return (
    <>
      {error !== undefined && connection === 'connected' ? (
        <p className="forum-problem" role="alert">
          {problemOf(forum, error)}{' '}
          <button type="button" onClick={() => void log.load()}>
            {t.retry}
          </button>
        </p>
      ) : null}
      {next === null ? null : (
        <button type="button" className="forum-more" disabled={loading} onClick={() => void log.older()}>
          {loading ? t.loading : t.older}
        </button>
      )}
      <ol className="forum-posts" ref={list} aria-label={t.posts} aria-busy={!loaded}>
        {rows.map((row) =>
          row.kind === 'new' ? (
            <li key={row.key} className="forum-new">
              <span>{t.newPosts}</span>
            </li>
          ) : (
            <PostRow
              key={row.key}
              forum={forum}
              row={row}
              posts={posts}
              files={files}
              acts={acts}
              silent={silent}
              target={row.kind === 'post' && row.post.seq === target}
            />
          ),
        )}
      </ol>
      {missed === 0 ? null : (
        <button type="button" className="forum-jump" onClick={() => toEnd(list.current)}>
          {t.jump(missed)} <span aria-hidden="true">↓</span>
        </button>
      )}
    </>
  );
}

function isAtEnd(list: HTMLElement): boolean {
  return list.getBoundingClientRect().bottom - innerHeight <= AT_END;
}

/** Shows the last post, above where one writes. */
function toEnd(list: HTMLElement | null, behavior?: ScrollBehavior): void {
  if (!list) return;
  const smooth = matchMedia('(prefers-reduced-motion: no-preference)').matches;
  const foot = list.parentElement?.querySelector<HTMLElement>('.forum-foot, .forum-silent');
  const { bottom } = list.getBoundingClientRect();
  scrollBy({
    top: bottom + (foot?.offsetHeight ?? 0) + MARGIN - innerHeight,
    behavior: behavior ?? (smooth ? 'smooth' : 'instant'),
  });
}

/** The place of the last post whose beginning is in view. */
function lastInView(list: HTMLElement): number | undefined {
  const rows = [...list.querySelectorAll<HTMLElement>('[data-seq]')];
  const row = rows.findLast((each) => each.getBoundingClientRect().top < innerHeight);
  return row === undefined ? undefined : Number(row.dataset.seq);
}
