import { type FormEvent, useState } from 'react';
import { Dialog } from '../../../shared/web/dialog.tsx';
import { useSubmit } from '../../../shared/web/use-submit.ts';
import type { Post } from '../../events.ts';
import { type Forum, problemOf } from '../forum.ts';

const MAX_REASON = 500;

export interface ReportPostProps {
  readonly forum: Forum;
  readonly post: Post;
  readonly onClose: () => void;
}

/** Tells the moderators of a post. */
export function ReportPost({ forum, post, onClose }: ReportPostProps) {
  const { t, call } = forum;
  const [done, setDone] = useState(false);
  const { busy, problem, changed, submit } = useSubmit((error) => problemOf(forum, error));
  const report = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get('reason') ?? '').trim();
    const path = `/forum/threads/${encodeURIComponent(post.thread_id)}/posts/${post.seq}/report`;
    if (await submit((key) => call(path, { body: { reason }, key }))) setDone(true);
  };
  return (
    <Dialog title={t.report} close={t.close} onClose={onClose}>
      {done ? (
        <p role="status">{t.reported}</p>
      ) : (
        <form className="forum-form" onChange={changed} onSubmit={(event) => void report(event)}>
          <label>
            {t.reportReason}
            <textarea name="reason" required maxLength={MAX_REASON} rows={3} dir="auto" />
          </label>
          <p className="forum-problem" role="alert">
            {problem}
          </p>
          <div className="forum-actions">
            <button type="submit" className="primary" disabled={busy}>
              {t.reportIt}
            </button>
            <button type="button" onClick={onClose}>
              {t.cancel}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
