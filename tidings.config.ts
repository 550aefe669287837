/** What `npm start` runs in this repository: the server with every kit. */
import { defineConfig } from '@tidings/server';

export default defineConfig({
  kits: ['prices', 'kitchen', 'rooms', 'market', 'forum'].map((name) => `kits/${name}/server/kit.ts`),
});
