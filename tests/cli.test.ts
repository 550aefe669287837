import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { onTeardown } from './support/teardown.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { TidingsCommand, tidings } from './support/tidings-command.ts';

let data: string;
beforeEach(() => {
  data = join(temporaryDirectory(), 'data');
});

/** Starts a server by the command line and waits until it says that it is ready. */
async function startServer(port = '0', ...more: string[]): Promise<{ server: TidingsCommand; url: string }> {
  const server = new TidingsCommand(['start', '--port', port, '--data', data, ...more]);
  const line = await server.line(/^Tidings is ready at /);
  return { server, url: line.replace('Tidings is ready at ', '') };
}

describe('help', () => {
  test.each(['start', 'token', 'publish', 'tail', 'keys'])(
    'tidings %s --help has an example',
    async (name) => {
      const { code, stdout } = await tidings([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Examples?:/);
      expect(stdout).toContain(`tidings ${name}`);
      expect(stdout).toContain('--data');
    },
  );

  test('--version is that of the package', async () => {
    const file = join(import.meta.dirname, '../packages/server/package.json');
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    expect(await tidings(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  test('a command that is none is answered in words', async () => {
    const { code, stderr } = await tidings(['tokn']);
    expect(code).toBe(1);
    expect(stderr).toBe("tidings: unknown command 'tokn'\n(Did you mean token?)\n");
  });
});

describe('token', () => {
  test('prints a token alone on stdout, signed with the secret of the data directory', async () => {
    const { code, stdout, stderr } = await tidings([
      ...[
        'token',
        'alice',
        '--data',
        data,
        '--ttl',
        '15m',
        '--claim',
        'info={"name":"Alice"}',
        '--claim',
        'plan=pro',
      ],
      ...['--channel', 'product:*=subscribe', '--channel', 'thread:a=b=subscribe,publish'],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { jwtSecret } = JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8')) as {
      jwtSecret: string;
    };
    const { header, claims } = await verify(stdout.trim(), jwtSecret);
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(claims).toEqual({
      sub: 'alice',
      iat: expect.any(Number),
      exp: Number(claims.iat) + 15 * 60,
      jti: expect.any(String),
      channels: { 'product:*': ['subscribe'], 'thread:a=b': ['subscribe', 'publish'] },
      info: { name: 'Alice' },
      plan: 'pro',
    });
  });

  test('carries the issuer and audience that the server asks for', async () => {
    const secret = 'a secret of the environment, long enough';
    const env = {
      TIDINGS_AUTH_SECRET: secret,
      TIDINGS_AUTH_ISSUER: 'https://a.example',
      TIDINGS_AUTH_AUDIENCE: 'b',
    };
    const { stdout } = await tidings(['token', 'alice', '--data', data], { env });
    const { claims } = await verify(stdout.trim(), secret);
    expect(claims).toMatchObject({ iss: 'https://a.example', aud: 'b' });
    expect(existsSync(data)).toBe(false);
  });

  test.each([
    [['--ttl', 'soon'], /"soon" is no span of time/],
    [['--channel', 'a:1=fly'], /"a:1=fly" is no PATTERN=RIGHTS; rights are subscribe/],
    [['--channel', 'a:1'], /is no PATTERN=RIGHTS/],
    [['--claim', 'sub=bob'], /The claim "sub" is set by the command itself/],
  ])('refuses %j in one line', async (args, message) => {
    const { code, stdout, stderr } = await tidings(['token', 'alice', '--data', data, ...args]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('is not made where the server would not take it', async () => {
    const env = { TIDINGS_AUTH_JWKS_URL: 'https://id.example/jwks.json' };
    const { code, stderr } = await tidings(['token', 'alice', '--data', data], { env });
    expect(code).toBe(1);
    expect(stderr).toContain('takes tokens of RS256, ES256, EdDSA only');
  });
});

test('keys prints the keys, the same each time', async () => {
  const first = await tidings(['keys', '--json', '--data', data]);
  const keys = JSON.parse(first.stdout) as Record<string, string>;
  expect(keys).toEqual({ apiKey: expect.stringMatching(/^tidings_/), vapidPublicKey: expect.any(String) });
  const { stdout } = await tidings(['keys', '--data', data]);
  expect(stdout).toContain(keys.apiKey);
  expect(stdout).toContain(keys.vapidPublicKey);
});

describe('start', () => {
  test('says where it is, and on SIGTERM drains and exits with 0', async () => {
    const { server, url } = await startServer();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    server.signal('SIGTERM');
    expect((await server.ended()).code).toBe(0);
  });

  test('a second signal ends it at once', async () => {
    const { server, url } = await startServer();
    // A request that never gets whole keeps the server draining.
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    onTeardown(() => socket.destroy());
    socket.on('error', () => {});
    const health = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n';
    socket.write(`${health}POST /api/v1/publish HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{`);
    await new Promise((resolve) => socket.once('data', resolve));
    server.signal('SIGTERM');
    await refused(url);
    server.signal('SIGTERM');
    expect((await server.ended()).code).toBe(1);
  });

  test('a second server on the same data is refused in one line', async () => {
    await startServer();
    const { code, stderr } = await tidings(['start', '--port', '0', '--data', data]);
    expect(code).toBe(1);
    expect(stderr).toContain(data);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a port that is taken is told in words', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTeardown(() => other.close());
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await tidings(['start', '--port', String(port), '--data', data]);
    expect(code).toBe(1);
    expect(stderr).toContain(`tidings: Port ${port} of 127.0.0.1 cannot be listened on: it is in use`);
  });

  test('a bad configuration is told with every fault, and nothing is written', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'tidings.config.ts'), 'export default { hots: "a", port: -1 };');
    const { code, stderr } = await tidings(['start', '--port', 'x', '--data', data], { directory });
    expect(code).toBe(1);
    expect(stderr).toBe(
      'tidings: The configuration is refused:\n' +
        '- hots is no option; did you mean host?\n' +
        '- port must be a whole number from 0 to 65535 (is -1)\n' +
        '- port must be a whole number from 0 to 65535 (is "x")\n',
    );
    expect(existsSync(data)).toBe(false);
  });
});

describe('publish and tail', () => {
  test('publish prints the receipt; the same key gives the same one', async () => {
    const { url } = await startServer();
    const args = ['publish', 'public:demo', 'hello', '{"n":1}', '--key', 'k', '--url', url, '--data', data];
    const { code, stdout } = await tidings(args);
    expect(code).toBe(0);
    const receipt = JSON.parse(stdout) as object;
    expect(receipt).toEqual({
      channel: 'public:demo',
      offset: 1,
      epoch: expect.any(String),
      id: expect.any(String),
    });
    expect(JSON.parse((await tidings(args)).stdout)).toMatchObject(receipt);
  });

  test.each([
    [
      'no server there',
      ['publish', 'public:demo', 'hello', '--url', 'http://127.0.0.1:1'],
      /No server answers/,
    ],
    ['no URL', ['publish', 'public:demo', 'hello', '--url', 'ftp://a'], /is no http:\/\/ or https:\/\/ URL/],
    ['no JSON', ['publish', 'public:demo', 'hello', '{'], /The data is not JSON/],
  ])('%s is told in one line', async (_name, args, message) => {
    await tidings(['keys', '--data', data]);
    const { code, stdout, stderr } = await tidings([...args, '--data', data]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('publish makes no secrets of its own', async () => {
    const { stderr } = await tidings(['publish', 'public:demo', 'hello', '--data', data]);
    expect(stderr).toContain('There is no secrets.json in');
    expect(existsSync(data)).toBe(false);
  });

  test('what the server refuses is told with its code', async () => {
    const { url } = await startServer();
    const { code, stderr } = await tidings(['publish', 'nowhere:1', 'hello', '--url', url, '--data', data]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^tidings: 404 unknown_namespace: .*\n$/);
  });

  test('tail prints the past, what comes, and after kill -9 what it missed, once', async () => {
    const { server, url } = await startServer();
    const publish = (n: number) =>
      tidings(['publish', 'public:demo', 'count', String(n), '--url', url, '--data', data]);
    await publish(1);
    await publish(2);
    const tail = new TidingsCommand([
      ...['tail', 'public:demo', '--last', '1', '--json', '--url', url, '--data', data],
    ]);
    const next = async () => JSON.parse(await tail.line(/^\{/)) as { data: number; offset: number };
    expect(await next()).toMatchObject({ data: 2, offset: 2 });
    await publish(3);
    expect(await next()).toMatchObject({ data: 3, offset: 3 });

    server.signal('SIGKILL');
    await server.ended();
    await tail.line(/trying again$/);
    const again = await startServer(new URL(url).port);
    await publish(4);
    expect(await next()).toMatchObject({ data: 4, offset: 4 });
    await publish(5);
    expect(await next()).toMatchObject({ data: 5, offset: 5 });

    tail.signal('SIGINT');
    const { code, stdout } = await tail.ended();
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(4);
    again.server.signal('SIGTERM');
    expect((await again.server.ended()).code).toBe(0);
  });

  test('tail ends when coming back would be no use', async () => {
    const { url } = await startServer();
    const more = ['--url', url, '--data', data];
    const unknown = await tidings(['tail', 'nowhere:1', ...more]);
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^tidings: unknown_namespace: .*\n$/),
    });
    const forged = await tidings(['tail', 'public:demo', '--token', 'a.b.c', ...more]);
    expect(forged).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^tidings: .*4500 The token is malformed.*\n$/),
    });
  });
});

/** Waits until a server takes no connection any more. */
async function refused(url: string): Promise<void> {
  const taken = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  while (await taken());
}

/** Checks a token by HS256 with the platform's own means. */
async function verify(token: string, secret: string) {
  const [head = '', body = '', signature = ''] = token.split('.');
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['verify']);
  const bytes = Buffer.from(signature, 'base64url');
  expect(await crypto.subtle.verify('HMAC', key, bytes, encoder.encode(`${head}.${body}`))).toBe(true);
  const decode = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  return { header: decode(head), claims: decode(body) };
}
