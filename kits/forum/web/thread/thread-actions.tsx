import { type FormEvent, useState } from 'react';
import { Dialog } from '../../../shared/web/dialog.tsx';
import { goTo } from '../../../shared/web/go-to.ts';
import { useValue } from '../../../shared/web/use-made.ts';
import { useSubmit } from '../../../shared/web/use-submit.ts';
import type { FollowMode, ForumRead, MyThread } from '../../events.ts';
import { addressOf } from '../address-of.ts';
import { attempt, type Forum, problemOf } from '../forum.ts';
import type { ThreadLog } from './thread-log.ts';

const MODES: readonly FollowMode[] = ['follow', 'none', 'mute'];

export interface ThreadActionsProps {
  readonly forum: Forum;
  readonly log: ThreadLog;
  readonly thread: MyThread;
}

/** What one hears of a thread, and what moderators do with it. */
export function ThreadActions({ forum, log, thread }: ThreadActionsProps) {
  const { t, call, page } = forum;
  const me = useValue(forum.me);
  const [open, setOpen] = useState(false);
  const path = `/forum/threads/${encodeURIComponent(thread.id)}`;
  const heed = (mode: FollowMode) =>
    attempt(forum, async () => {
      const answer = await call<ForumRead>(`${path}/mode`, { method: 'PUT', body: { mode } });
      log.heeds(answer.mode);
    });
  return (
    <div className="forum-thread-tools">
      <label>
        <span className="unseen">{t.modes.label}</span>
        <select value={thread.mode} onChange={({ target }) => void heed(target.value as FollowMode)}>
          {MODES.map((mode) => (
            <option key={mode} value={mode}>
              {t.modes[mode]}
            </option>
          ))}
        </select>
      </label>
      {me?.moderator || thread.user_id === page.user ? (
        <button type="button" onClick={() => setOpen(true)}>
          {t.manage}
        </button>
      ) : null}
      {open ? <Manage forum={forum} thread={thread} onClose={() => setOpen(false)} /> : null}
    </div>
  );
}

interface ManageProps extends Omit<ThreadActionsProps, 'log'> {
  readonly onClose: () => void;
}

function Manage({ forum, thread, onClose }: ManageProps) {
  const { t, call } = forum;
  const me = useValue(forum.me);
  const [sure, setSure] = useState(false);
  const { busy, problem, submit } = useSubmit((error) => problemOf(forum, error));
  const path = `/forum/threads/${encodeURIComponent(thread.id)}`;
  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const title = String(fields.get('title') ?? '').trim();
    const marks = me?.moderator ? { locked: fields.has('locked'), pinned: fields.has('pinned') } : {};
    if (await submit(() => call(path, { method: 'PATCH', body: { title, ...marks } }))) onClose();
  };
  const remove = () =>
    submit(async () => {
      await call(path, { method: 'DELETE' });
      onClose();
      goTo(addressOf({ board: thread.board_id }));
    });
  return (
    <Dialog title={t.manage} close={t.close} onClose={onClose}>
      <form className="forum-form" onSubmit={(event) => void save(event)}>
        <label>
          {t.threadTitle}
          <input name="title" required pattern=".*\S.*" maxLength={200} defaultValue={thread.title} />
        </label>
        {me?.moderator ? (
          <>
            <label className="forum-check">
              <input type="checkbox" name="pinned" defaultChecked={thread.pinned} /> {t.pin}
            </label>
            <label className="forum-check">
              <input type="checkbox" name="locked" defaultChecked={thread.locked} /> {t.lock}
            </label>
          </>
        ) : null}
        <p className="forum-problem" role="alert">
          {problem}
        </p>
        <div className="forum-actions">
          <button type="submit" className="primary" disabled={busy}>
            {t.save}
          </button>
          {me?.moderator ? (
            <button type="button" className="danger" onClick={() => (sure ? void remove() : setSure(true))}>
              {sure ? t.deleteThreadSure : t.deleteThread}
            </button>
          ) : null}
        </div>
      </form>
    </Dialog>
  );
}
