import type { HubObserver } from './hub-observer.ts';
import type { Session } from './session.ts';

/** Where sessions are logged; pino's `Logger` is one. */
export interface SessionLogger {
  debug(details: object, message: string): void;
}

/** Logs the coming and going of sessions, each by its id, which is in `welcome` too; never a token. */
export function createSessionLog(log: SessionLogger): HubObserver {
  const about = ({ id, transport, address, identity: { user } }: Session) => ({
    session: id,
    transport,
    address,
    user,
  });
  return {
    opened: (session) => log.debug(about(session), 'a session was opened'),
    identified: (session) => log.debug(about(session), 'a session was authenticated'),
    closed: (session) =>
      log.debug({ ...about(session), reason: session.closed?.reason }, 'a session was closed'),
  };
}
