import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { sendAtEndOfTurn } from './send-at-end-of-turn.ts';

test('answers of one turn leave after its last request, in their order', async () => {
  const seen: string[] = [];
  const app = Fastify();
  app.get<{ Params: { name: string } }>('/:name', ({ params: { name } }, reply) => {
    seen.push(`asked ${name}`);
    sendAtEndOfTurn(reply, name);
  });
  app.addHook('onSend', async (_request, _reply, payload) => {
    seen.push(`sent ${payload}`);
  });
  await app.ready();
  const ask = async (name: string) => (await app.inject(`/${name}`)).body;
  expect(await Promise.all(['a', 'b', 'c'].map(ask))).toEqual(['a', 'b', 'c']);
  expect(seen).toEqual(['asked a', 'asked b', 'asked c', 'sent a', 'sent b', 'sent c']);
  expect(await ask('d')).toBe('d');
});
