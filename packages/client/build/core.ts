/** What a page that is live loads. */
export { ClientError, createClient } from '../src/index.ts';
