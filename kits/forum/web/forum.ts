import type { Store } from '@tidings/client';
import { toast } from 'sonner';
import type { Call, CallError } from '../../shared/web/call.ts';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import type { Me } from '../events.ts';
import type { Online } from './people/online.ts';
import type { Texts } from './texts/texts.ts';
import type { UnsentPosts } from './thread/unsent-posts.ts';

/** What every part of the page needs. */
export interface Forum {
  readonly page: KitPageProps;
  readonly call: Call;
  readonly t: Texts;
  /** Who the visitor is to the forum; `undefined` until it is known. */
  readonly me: Store<Me | undefined>;
  readonly online: Online;
  readonly unsent: UnsentPosts;
}

/** An error in the visitor's words: some codes say more here than elsewhere. */
export function problemOf({ page, t }: Pick<Forum, 'page' | 't'>, error: unknown): string {
  const { code } = error as Partial<CallError>;
  const known = t.problems as Readonly<Record<string, string>>;
  if (code !== undefined && Object.hasOwn(known, code)) return known[code] ?? '';
  return page.problemText(error);
}

/** Does something, and shows why when it fails. @returns whether it has succeeded */
export async function attempt(forum: Forum, action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    toast.error(problemOf(forum, error));
    return false;
  }
}
