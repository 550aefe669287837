import { useTyping } from '@tidings/react';
import { type FormEvent, useId, useState } from 'react';
import { Avatar } from '../../../shared/web/avatar.tsx';
import { agoText } from '../../../shared/web/time-text.ts';
import { useMade, useValue } from '../../../shared/web/use-made.ts';
import { attempt, type Kitchen, problemOf } from '../kitchen.ts';
import { useSubmit } from '../use-submit.ts';
import type { Post } from './post.ts';
import { Thread } from './thread.ts';

const MAX_COMMENT = 2000;

export interface CommentsProps {
  readonly id: string;
  readonly kitchen: Kitchen;
  readonly post: Post;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: number;
}

/** The comments of a post, who writes one, and the form to write one. */
export function Comments(props: CommentsProps) {
  const { client } = props.kitchen.page;
  const { call } = props.kitchen;
  const thread = useMade(() => new Thread(client, call, props.post.id), [client, call, props.post.id]);
  return thread ? <List {...props} thread={thread} /> : null;
}

function List({ id, kitchen, post, now, thread }: CommentsProps & { readonly thread: Thread }) {
  const { t, page } = kitchen;
  const { comments, next, loaded, error } = useValue(thread.state);
  const { users, start, stop } = useTyping(`post:${post.id}`);
  const names = new Map(comments.map((comment) => [comment.author_id, comment.author_name]));
  names.set(post.author_id, post.author_name);
  return (
    <section id={id} className="kitchen-comments" aria-label={t.feed.comments(post.comments)}>
      {next === null ? null : (
        <button type="button" className="kitchen-quiet" onClick={() => void thread.older()}>
          {t.feed.older}
        </button>
      )}
      {error === undefined ? null : (
        <p className="kitchen-problem" role="alert">
          {problemOf(kitchen, error)}
        </p>
      )}
      <ul aria-live="polite" aria-busy={!loaded}>
        {comments.map((comment) => (
          <li key={comment.id} data-comment={comment.id}>
            <Avatar id={comment.author_id} name={comment.author_name} />
            <div>
              <p className="kitchen-comment-head">
                <b>{comment.author_name}</b>
                <time dateTime={comment.created_at}>
                  {agoText(Date.parse(comment.created_at), page.language, now)}
                </time>
              </p>
              <p className="kitchen-text">{comment.content}</p>
            </div>
            {comment.author_id === page.user || post.author_id === page.user ? (
              <button
                type="button"
                className="kitchen-quiet danger"
                aria-label={`${t.remove}: ${comment.author_name}`}
                onClick={() => void attempt(kitchen, () => thread.remove(comment.id))}
              >
                ✕
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      <p className="kitchen-writing" aria-live="polite">
        {users.length === 0 ? null : t.feed.writing(users.map((user) => names.get(user) ?? user))}
      </p>
      <WriteComment kitchen={kitchen} thread={thread} start={start} stop={stop} />
    </section>
  );
}

interface WriteCommentProps {
  readonly kitchen: Kitchen;
  readonly thread: Thread;
  readonly start: () => void;
  readonly stop: () => void;
}

function WriteComment({ kitchen, thread, start, stop }: WriteCommentProps) {
  const { t } = kitchen;
  const id = useId();
  const [text, setText] = useState('');
  const { busy, problem, changed, submit } = useSubmit(kitchen);
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '' || !(await submit((key) => thread.write(text, key)))) return;
    setText('');
    stop();
  };
  return (
    <form className="kitchen-write-comment" onSubmit={(event) => void onSubmit(event)}>
      <label htmlFor={id} className="unseen">
        {t.feed.writeComment}
      </label>
      <input
        id={id}
        value={text}
        maxLength={MAX_COMMENT}
        placeholder={t.feed.writeComment}
        autoComplete="off"
        aria-describedby={`${id}-problem`}
        onChange={({ target }) => {
          setText(target.value);
          changed();
          if (target.value === '') stop();
          else start();
        }}
        onBlur={stop}
      />
      <button type="submit" disabled={busy || text.trim() === ''}>
        {t.feed.send}
      </button>
      <p id={`${id}-problem`} className="kitchen-problem" role="alert">
        {problem}
      </p>
    </form>
  );
}
