import type { FormEvent } from 'react';
import { Dialog } from '../../../shared/web/dialog.tsx';
import { goTo } from '../../../shared/web/go-to.ts';
import { useSubmit } from '../../../shared/web/use-submit.ts';
import type { Thread } from '../../events.ts';
import { addressOf } from '../address-of.ts';
import { type Forum, problemOf } from '../forum.ts';

const MAX_TITLE = 200;
/** Characters that a server takes unless it is told otherwise. */
const MAX_POST = 4000;

export interface NewThreadProps {
  readonly forum: Forum;
  readonly board: string;
  readonly onClose: () => void;
}

/** Begins a thread. */
export function NewThread({ forum, board, onClose }: NewThreadProps) {
  const { t, call } = forum;
  const { busy, problem, changed, submit } = useSubmit((error) => problemOf(forum, error));
  const begin = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const body = {
      title: String(fields.get('title') ?? '').trim(),
      content: String(fields.get('content') ?? '').trim(),
    };
    void submit(async (key) => {
      const { thread } = await call<{ readonly thread: Thread }>(
        `/forum/boards/${encodeURIComponent(board)}/threads`,
        { body, key },
      );
      onClose();
      goTo(addressOf({ thread: thread.id }));
    });
  };
  return (
    <Dialog title={t.newThread} close={t.close} onClose={onClose}>
      <form className="forum-form" onChange={changed} onSubmit={begin}>
        <label>
          {t.threadTitle}
          <input name="title" required pattern=".*\S.*" maxLength={MAX_TITLE} autoComplete="off" />
        </label>
        <label>
          {t.firstPost}
          <textarea name="content" required rows={5} maxLength={MAX_POST} dir="auto" />
        </label>
        <p className="forum-problem" role="alert">
          {problem}
        </p>
        <div className="forum-actions">
          <button type="submit" className="primary" disabled={busy}>
            {t.begin}
          </button>
          <button type="button" onClick={onClose}>
            {t.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
