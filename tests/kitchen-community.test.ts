import { expect, it } from 'vitest';
import { createKitchenKit } from '../kits/kitchen/server/kit.ts';
import { Api } from './support/api.ts';
import { testToken } from './support/start-core.ts';
import { startKits } from './support/start-kits.ts';

it('starts', async () => {
  const { url } = await startKits([createKitchenKit()]);
  const api = new Api({ url, bearer: testToken('alice') });
  console.log(await api.post('/kitchen/posts', { content: 'Hi' }));
  console.log(await api.get('/kitchen/posts'));
});
