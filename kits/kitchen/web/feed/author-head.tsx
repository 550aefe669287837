import { useEffect, useState } from 'react';
import { Avatar } from '../../../shared/web/avatar.tsx';
import { useValue } from '../../../shared/web/use-made.ts';
import { attempt, type Kitchen } from '../kitchen.ts';
import type { Following } from './following.ts';

interface Profile {
  readonly posts: number;
  readonly followers: number;
  readonly following: number;
}

export interface AuthorHeadProps {
  readonly kitchen: Kitchen;
  readonly author: string;
  readonly name: string;
  readonly following: Following;
}

/** Who an author is, above their posts. */
export function AuthorHead({ kitchen, author, name, following }: AuthorHeadProps) {
  const { call, t, page } = kitchen;
  const followed = useValue(following.state).has(author);
  const [profile, setProfile] = useState<Profile>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again once the visitor is one of the followers or no more.
  useEffect(() => {
    let gone = false;
    call<Profile>(`/kitchen/users/${encodeURIComponent(author)}`)
      .then((read) => {
        if (!gone) setProfile(read);
      })
      // The posts say what is wrong.
      .catch(() => {});
    return () => {
      gone = true;
    };
  }, [call, author, followed]);
  return (
    <section className="kitchen-author">
      <Avatar id={author} name={name} />
      <div className="kitchen-who">
        <h2>{name}</h2>
        <p>{profile ? t.feed.profile(profile) : '\u00a0'}</p>
      </div>
      {author === page.user ? null : (
        <button
          type="button"
          aria-pressed={followed}
          onClick={() => void attempt(kitchen, () => following.follow(author, !followed))}
        >
          {followed ? t.feed.unfollow : t.feed.follow}
        </button>
      )}
    </section>
  );
}
