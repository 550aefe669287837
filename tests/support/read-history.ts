import type { Api } from './api.ts';
import type { Message } from './native-client.ts';

/** The most that one page of history holds. */
const PAGE = 1000;

/** Reads everything a channel keeps, page by page, as a backend does. */
export async function readHistory(api: Api, channel: string): Promise<readonly Message[]> {
  const events: Message[] = [];
  let since = '';
  for (;;) {
    const query = since === '' ? `last=10000&limit=${PAGE}` : `since=${since}&limit=${PAGE}`;
    const { status, body, text } = await api.get(`/channels/${encodeURIComponent(channel)}/history?${query}`);
    if (status !== 200) throw new Error(`history of ${channel} was answered ${status}: ${text}`);
    const page = body as unknown as { events: readonly Message[]; more: boolean };
    events.push(...page.events);
    const last = events.at(-1);
    if (!page.more || !last) return events;
    since = `${last.epoch}:${last.offset}`;
  }
}
