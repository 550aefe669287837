/**
 * The client against a server that answers when a test has it answer: what is only right in one order.
 */
import { describe, expect, it } from 'vitest';

import { settle } from './testing/manual-clock.ts';
import { openScripted } from './testing/scripted-server.ts';

describe('the outbox', () => {
  it('sends what its user did once it is known that the session is that user’s', async () => {
    const { client, sent, welcome, signIn } = await openScripted();
    client.disconnect();
    void client.command('kept');
    // As a stream does, whose session is known only once it is open.
    signIn(undefined);
    await client.connect();
    await settle();
    expect(sent('command')).toEqual([]);
    welcome('alice');
    await settle();
    expect(sent('command')).toMatchObject([{ name: 'kept' }]);
  });
});
