import { existsSync } from 'node:fs';

/** Scripts that pages load, also those of other servers; each is served when it is there. */
const SCRIPTS: Readonly<Record<string, URL>> = {
  '/js/socketio-client.js': new URL('../web/socketio-client.js', import.meta.url),
};

/** The kit's files, by path. */
export const FILES: Readonly<Record<string, URL>> = Object.fromEntries(
  Object.entries(SCRIPTS).filter(([, file]) => existsSync(file)),
);
