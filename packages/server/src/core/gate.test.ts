import { TidingsError } from '@tidings/protocol';
import { describe, expect, it } from 'vitest';
import { Gate, type GateOptions } from './gate.ts';
import { someone } from './testing/test-core.ts';

function gate(options: Partial<GateOptions> = {}): Gate {
  return new Gate({
    authenticator: {
      verify: async (token) => {
        if (token === 'alice') return someone('alice');
        throw new TidingsError('invalid_token');
      },
    },
    origins: ['https://app.example.com', 'https://other.example.com:8443', 'capacitor://localhost'],
    anonymous: true,
    limits: { connections: 3, connectionsPerAddress: 2 },
    ...options,
  });
}

const from = (address: string, token?: string) => ({ origin: undefined, host: undefined, address, token });

describe('the origin rule', () => {
  it.each([
    ['no browser', undefined, 'tidings.example.com'],
    ['on the list', 'https://app.example.com', 'tidings.example.com'],
    ['on the list, in capitals', 'HTTPS://APP.Example.com', 'tidings.example.com'],
    ['on the list, with the default port', 'https://app.example.com:443', 'tidings.example.com'],
    ['on the list, with its port', 'https://other.example.com:8443', 'tidings.example.com'],
    ['an app in a shell', 'capacitor://localhost', 'tidings.example.com'],
    ['the server’s own page', 'http://127.0.0.1:3000', '127.0.0.1:3000'],
    ['its own page, host in capitals', 'https://tidings.example.com', 'Tidings.EXAMPLE.com'],
    ['its own page, default port in the host', 'https://tidings.example.com', 'tidings.example.com:443'],
    ['its own page, by IPv6', 'http://[::1]:3000', '[::1]:3000'],
    ['its own page, by IPv6 written at length', 'http://[::1]:3000', '[0:0:0:0:0:0:0:1]:3000'],
    ['its own page, with the root’s dot', 'https://tidings.example.com.', 'tidings.example.com.'],
  ])('lets in: %s', (_, origin, host) => {
    expect(() => gate().checkOrigin(origin, host)).not.toThrow();
  });

  it.each([
    ['another page', 'https://evil.example', 'tidings.example.com'],
    ['empty', '', 'tidings.example.com'],
    ['null', 'null', 'tidings.example.com'],
    ['null, with the host of that name', 'null', 'null'],
    ['a file', 'file://', 'tidings.example.com'],
    ['a file and no host', 'file://', ''],
    ['another scheme', 'http://app.example.com', 'tidings.example.com'],
    ['another port', 'https://app.example.com:8443', 'tidings.example.com'],
    ['a name before it', 'https://app.example.com.evil.example', 'tidings.example.com'],
    ['a name behind it', 'https://evil-app.example.com', 'tidings.example.com'],
    ['the root’s dot', 'https://app.example.com.', 'tidings.example.com'],
    ['two of them', 'https://app.example.com, https://evil.example', 'tidings.example.com'],
    ['its own name, another port', 'http://127.0.0.1:8080', '127.0.0.1:3000'],
    ['its own name, no host', 'http://127.0.0.1:3000', undefined],
    ['its own name, host is none', 'http://127.0.0.1:3000', 'a b'],
    ['a shell of its own name', 'ionic://localhost', 'localhost'],
  ])('refuses: %s', (_, origin, host) => {
    expect(() => gate().checkOrigin(origin, host)).toThrow(
      expect.objectContaining({ code: 'origin_refused' }),
    );
  });

  it('takes "null" by the wildcard alone, even where someone listed it', () => {
    expect(() => gate({ origins: ['null'] }).checkOrigin('null', 'h')).toThrow(TidingsError);
    expect(() => gate({ origins: ['*'] }).checkOrigin('null', 'h')).not.toThrow();
  });

  it('lets pages of this machine in while one is being developed, and no other', () => {
    const open = gate({ loopbackOrigins: true });
    for (const origin of [
      'http://localhost:5173',
      'http://127.0.0.1:5000',
      'http://[::1]:8080',
      'http://shop.localhost',
    ])
      expect(() => open.checkOrigin(origin, '127.0.0.1:3000'), origin).not.toThrow();
    for (const origin of [
      'https://evil.example',
      'http://localhost.evil.example',
      'http://127.0.0.1.evil.example',
      'null',
    ])
      expect(() => open.checkOrigin(origin, '127.0.0.1:3000'), origin).toThrow();
    expect(() => gate().checkOrigin('http://localhost:5173', '127.0.0.1:3000')).toThrow();
    // A name that a stranger let point to this machine is no page of this server, however alike both say.
    expect(() => open.checkOrigin('http://rebound.example:3000', 'rebound.example:3000')).toThrow();
    expect(() => open.checkOrigin('http://192.168.1.5:3000', '192.168.1.5:3000')).not.toThrow();
  });

  it('does not hold a long origin up to its sender at length', () => {
    const refused = () => gate().checkOrigin(`https://${'a'.repeat(5000)}`, 'h');
    expect(refused).toThrow(expect.objectContaining({ message: expect.stringMatching(/^.{0,260}$/) }));
  });
});

describe('admission', () => {
  it('says who a token is, and takes no session without one where anonymous ones are not taken', async () => {
    expect(await gate().admit(from('a', 'alice'))).toMatchObject({
      identity: { user: 'alice' },
      provisional: false,
    });
    expect(await gate().admit(from('a'))).toMatchObject({ provisional: false });
    expect(await gate({ anonymous: false }).admit(from('a'))).toMatchObject({ provisional: true });
  });

  it('limits connections of an address, and of all, and lets in again who left', async () => {
    const door = gate();
    await door.admit(from('a'));
    await door.admit(from('a'));
    await expect(door.admit(from('a'))).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 5000 });
    await door.admit(from('b'));
    await expect(door.admit(from('c'))).rejects.toMatchObject({ code: 'unavailable', retryAfter: 5000 });
    door.leave('a');
    await door.admit(from('a'));
    await expect(door.admit(from('c'))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('gives the place back of who was refused', async () => {
    const door = gate();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await expect(door.admit(from('a', 'forged'))).rejects.toMatchObject({ code: 'invalid_token' });
      await expect(door.admit({ ...from('a'), origin: 'https://evil.example' })).rejects.toThrow();
    }
    await door.admit(from('a'));
    await door.admit(from('a'));
    await door.admit(from('b'));
  });

  it('counts a client while its token is still being checked', async () => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof someone>>();
    const door = gate({ authenticator: { verify: () => promise } });
    const entering = [door.admit(from('a', 't')), door.admit(from('a', 't'))];
    await expect(door.admit(from('a', 't'))).rejects.toMatchObject({ code: 'rate_limited' });
    resolve(someone('alice'));
    await Promise.all(entering);
  });

  it('makes no room for who was never in', async () => {
    const door = gate({ limits: { connections: 1, connectionsPerAddress: 1 } });
    await door.admit(from('a'));
    door.leave('b');
    await expect(door.admit(from('b'))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('lets nobody in once it is shut', async () => {
    const door = gate();
    door.shut();
    await expect(door.admit(from('a'))).rejects.toMatchObject({ code: 'unavailable' });
  });
});
