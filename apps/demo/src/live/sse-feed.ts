/**
 * The browser's EventSource: comes back by itself with `Last-Event-ID`, and after a cut with the same cursor in the query.
 *
 * @module
 */
import { endOfRefusal } from './end-of-refusal.ts';
import { parseEvent, parsePosition, parseProblem } from './event.ts';
import type { Ended, Link, LinkHandlers, Target } from './link.ts';
import { type Message, readDisconnect } from './native-socket.ts';

/** Follows a channel over `/events`. */
export function createSseLink({ channel, token, last }: Target, on: LinkHandlers): Link {
  let source: EventSource | undefined;
  let cursor: string | undefined;
  let asking: AbortController | undefined;

  function address(): string {
    const query = new URLSearchParams({ channels: channel, last: String(last) });
    if (token) query.set('token', token);
    if (cursor) query.set('lastEventId', cursor);
    return `/events?${query}`;
  }

  function welcome(message: Message) {
    const [answer] = message.channels as Message[];
    if (answer?.error) {
      finish(endOfRefusal(parseProblem(answer.error)));
      return;
    }
    on.joined({
      recovered: answer?.recovered === true,
      head: parsePosition(answer?.head ?? answer?.position),
    });
  }

  function finish(ended: Ended) {
    abort();
    on.ended(ended);
  }

  function abort() {
    source?.close();
    source = undefined;
    asking?.abort();
  }

  /** An EventSource does not say why it was refused, so we ask. */
  async function explain() {
    asking = new AbortController();
    const { signal } = asking;
    try {
      const answer = await fetch(address(), { headers: { Accept: 'text/event-stream' }, signal });
      const refused = answer.status >= 400 ? parseProblem(await answer.json()) : undefined;
      finish(refused ? endOfRefusal(refused) : { reconnect: answer.status !== 204 });
    } catch {
      if (!signal.aborted) finish({ reconnect: true });
    }
  }

  return {
    open() {
      abort();
      const current = new EventSource(address());
      source = current;
      let ending = false;
      const listen = (type: string, handle: (message: Message) => void) =>
        current.addEventListener(type, ({ data, lastEventId }: MessageEvent<string>) => {
          if (lastEventId) cursor = lastEventId;
          handle(JSON.parse(data) as Message);
        });
      listen('welcome', welcome);
      listen('message', ({ channel: from, type, payload, ...rest }) => {
        const event = from === channel ? parseEvent({ ...rest, event: type, data: payload }) : undefined;
        if (event) on.event(event);
      });
      listen('disconnect', (notice) => {
        const said = readDisconnect(notice);
        if (!said.reconnect) finish(said);
        else {
          ending = true;
          on.ended({ ...said, byItself: true });
        }
      });
      current.onerror = () => {
        if (current.readyState === EventSource.CLOSED) void explain();
        else if (!ending) on.ended({ reconnect: true, byItself: true });
        ending = false;
      };
    },
    abort,
  };
}
