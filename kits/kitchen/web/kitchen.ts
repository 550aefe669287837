import { toast } from 'sonner';
import type { Call, CallError } from '../../shared/web/call.ts';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import type { Texts } from './texts/texts.ts';

/** What every part of the page needs. */
export interface Kitchen {
  readonly page: KitPageProps;
  readonly call: Call;
  readonly t: Texts;
}

/** An error in the visitor's words: some codes say more here than elsewhere. */
export function problemOf({ page, t }: Kitchen, error: unknown): string {
  const { code, status, message } = error as Partial<CallError>;
  if (code === 'invalid_request' && /HTML/.test(message ?? '')) return t.noHtml;
  if (code === 'limit_reached') return t.limitReached;
  if (code === 'not_found' && status !== undefined) return t.gone;
  if (code === 'forbidden' && status !== undefined) return t.notAllowed;
  return page.problemText(error);
}

/** Does something, and shows why when it fails. @returns whether it has succeeded */
export async function attempt(kitchen: Kitchen, action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    toast.error(problemOf(kitchen, error));
    return false;
  }
}
