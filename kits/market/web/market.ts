import { toast } from 'sonner';
import type { Call, CallError } from '../../shared/web/call.ts';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import type { Texts } from './texts/texts.ts';

/** What every part of the page needs. */
export interface Market {
  readonly page: KitPageProps;
  readonly call: Call;
  readonly t: Texts;
}

/** An error in the visitor's words: some codes say more here than elsewhere. */
export function problemOf({ page, t }: Pick<Market, 'page' | 't'>, error: unknown): string {
  const { code = '' } = error as Partial<CallError>;
  return (Object.hasOwn(t.problems, code) ? t.problems[code] : undefined) ?? page.problemText(error);
}

/** Does something, and shows why when it fails. @returns whether it has succeeded */
export async function attempt(market: Market, action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    toast.error(problemOf(market, error));
    return false;
  }
}
