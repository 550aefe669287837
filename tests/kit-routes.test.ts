import swagger from '@fastify/swagger';
import { describe, expect, it } from 'vitest';
import { defineKit, TidingsError, Type } from '../packages/server/src/kit.ts';
import { Api } from './support/api.ts';
import { testToken } from './support/start-core.ts';
import { KITS_API_KEY, startKits } from './support/start-kits.ts';

describe('routes of a kit', () => {
  const kit = defineKit({
    name: 'notes',
    routes(app, tidings) {
      const body = Type.Object({ text: Type.String() });
      app.post('/notes', { schema: { summary: 'Adds.', body } }, async (request) => {
        const { server, identity } = await tidings.callerOf(request);
        if (!server && identity.user === undefined) throw new TidingsError('unauthenticated');
        return { by: server ? 'server' : identity.user, ...(request.body as object) };
      });
    },
  });

  it('stand under /api/v1 and know who calls', async () => {
    const { url } = await startKits([kit]);
    const api = new Api({ url, bearer: undefined });
    const post = (bearer: string | undefined, body: object) => api.as(bearer).post('/notes', body);
    expect((await post(KITS_API_KEY, { text: 'milk' })).body).toEqual({ by: 'server', text: 'milk' });
    expect((await post(testToken('alice'), { text: 'milk' })).body).toEqual({ by: 'alice', text: 'milk' });
    expect(await post(undefined, { text: 'milk' })).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    });
    expect(await post('forged', { text: 'milk' })).toMatchObject({ body: { code: 'invalid_token' } });
    expect(await post(KITS_API_KEY, {})).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('stand in OpenAPI under the name of the kit', async () => {
    const { http } = await startKits([kit], { prepare: async (app) => void (await app.register(swagger)) });
    const { paths } = http.swagger();
    expect(paths?.['/api/v1/notes']).toMatchObject({ post: { summary: 'Adds.', tags: ['notes'] } });
  });
});
