import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPTIONS } from './config/options.ts';
import { type Config, type ConfigSources, loadConfig } from './config.ts';

const SECRET = 'a secret that is long enough for HS256';

/** What is wrong, one entry a fault. */
async function faultsOf(sources: ConfigSources): Promise<string[]> {
  try {
    await load(sources);
  } catch (error) {
    const [first, ...faults] = (error as Error).message.split('\n- ');
    expect(first).toBe('The configuration is refused:');
    return faults;
  }
  return [];
}

function load(sources: ConfigSources): Promise<Config> {
  return loadConfig({ file: false, env: {}, ...sources });
}

describe('defaults', () => {
  test('nothing configured is a development server on this machine alone', async () => {
    const config = await load({ directory: '/srv/app' });
    expect(config).toMatchObject({
      data: '/srv/app/data',
      host: '127.0.0.1',
      port: 3000,
      development: true,
      origins: [],
      auth: { anonymous: true, algorithms: ['HS256'] },
      namespaces: { public: { durable: true, history: { size: 1000 }, rights: { subscribe: 'anyone' } } },
      limits: { message: 65_536, queue: 1_048_576 },
    });
    expect(config.auth.secret).toBeUndefined();
  });

  test.each([
    ['NODE_ENV is production', { env: { NODE_ENV: 'production' } }],
    ['the address is not of this machine alone', { overrides: { host: '0.0.0.0' } }],
  ])('it is no development server when %s', async (_name, sources: ConfigSources) => {
    const config = await load(sources);
    expect(config).toMatchObject({ development: false, auth: { anonymous: false }, log: { pretty: false } });
    expect(config.namespaces.public?.rights?.subscribe).toBe('users');
  });

  test('every option has a default, may be absent, or follows from others', async () => {
    const config = JSON.parse(JSON.stringify(await load({}))) as Record<string, Record<string, unknown>>;
    const absent = OPTIONS.map(({ path }) => path).filter(
      ([section = '', key]) => (key ? config[section]?.[key] : config[section]) === undefined,
    );
    expect(absent.map((path) => path.join('.'))).toEqual([
      'apiKey',
      'auth.secret',
      'auth.publicKey',
      'auth.jwksUrl',
      'auth.issuer',
      'auth.audience',
      'auth.cookie',
      'email.smtp',
      'email.publicUrl',
      'push.subject',
      'push.publicKey',
      'push.privateKey',
    ]);
  });
});

describe('where options come from', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'tidings-config-'));
    writeFileSync(
      join(directory, 'tidings.config.ts'),
      `const config: object = {
        port: 1, host: '127.0.0.2', heartbeat: 20000, data: 'from-file', kits: ['./kit.ts'],
        limits: { channels: 1, batch: 1 },
        namespaces: { file: { rights: { subscribe: ({ rest }: { rest: string }) => rest === 'a' } }, both: {} },
      };
      export default config;`,
    );
    writeFileSync(join(directory, 'empty.ts'), 'export const config = {};');
    writeFileSync(join(directory, 'broken.ts'), 'export default {');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test('flags stand over the environment over the file over the defaults', async () => {
    const config = await loadConfig({
      directory,
      env: { TIDINGS_PORT: '2', TIDINGS_HOST: '127.0.0.3', TIDINGS_LIMITS_CHANNELS: '2' },
      overrides: { port: 3 },
    });
    expect(config).toMatchObject({
      port: 3,
      host: '127.0.0.3',
      heartbeat: 20_000,
      limits: { channels: 2, batch: 1, inFlight: 256 },
    });
  });

  test('namespaces of all places count', async () => {
    const config = await loadConfig({
      directory,
      env: { TIDINGS_NAMESPACES: '{"both":{"durable":true},"env":{}}' },
    });
    expect(Object.keys(config.namespaces).sort()).toEqual(['both', 'demo', 'env', 'file', 'public', 'user']);
    expect(config.namespaces.both).toEqual({ durable: true });
    expect(config.namespaces.file?.rights?.subscribe).toBeTypeOf('function');
  });

  test('paths start from the file in which they stand, else from the working directory', async () => {
    const fromFile = await loadConfig({
      file: join(directory, 'tidings.config.ts'),
      env: {},
      directory: '/srv',
    });
    expect(fromFile).toMatchObject({ data: join(directory, 'from-file'), kits: [join(directory, 'kit.ts')] });
    const fromEnvironment = await load({ env: { TIDINGS_DATA: 'here' }, directory: '/srv' });
    expect(fromEnvironment.data).toBe('/srv/here');
  });

  test('TIDINGS_CONFIG names the file', async () => {
    expect(
      (await load({ file: undefined, env: { TIDINGS_CONFIG: 'tidings.config.ts' }, directory })).port,
    ).toBe(1);
  });

  test.each([
    ['missing.ts', /does not exist/],
    ['empty.ts', /has no default export/],
    ['broken.ts', /does not load/],
  ])('%s is refused', async (file, message) => {
    await expect(loadConfig({ file: join(directory, file), env: {} })).rejects.toThrow(message);
  });
});

describe('environment', () => {
  test('text becomes what the option wants', async () => {
    const config = await load({
      env: {
        PORT: '8080',
        HOST: '127.0.0.9',
        TIDINGS_ORIGINS: 'https://a.example, https://b.example',
        TIDINGS_LIMITS_COMMANDS_PER_SECOND: '5',
        TIDINGS_AUTH_ANONYMOUS: 'no',
        TIDINGS_WEBSOCKET_COMPRESSION: '1',
        TIDINGS_AUTH_ALGORITHMS: 'HS256',
        TIDINGS_AUTH_ISSUER: '',
      },
    });
    expect(config).toMatchObject({
      port: 8080,
      host: '127.0.0.9',
      origins: ['https://a.example', 'https://b.example'],
      limits: { commandsPerSecond: 5 },
      auth: { anonymous: false, algorithms: ['HS256'] },
      websocket: { compression: true },
    });
    expect(config.auth.issuer).toBeUndefined();
  });

  test.each([
    ['1', 1],
    ['true', true],
    ['false', false],
    ['10.0.0.0/8,127.0.0.1', ['10.0.0.0/8', '127.0.0.1']],
  ])('TIDINGS_TRUST_PROXY=%s', async (text, value) => {
    expect((await load({ env: { TIDINGS_TRUST_PROXY: text } })).trustProxy).toEqual(value);
  });

  test('TIDINGS_PORT and TIDINGS_HOST stand over PORT and HOST', async () => {
    const env = { PORT: '1', TIDINGS_PORT: '2', HOST: '127.0.0.8', TIDINGS_HOST: '127.0.0.9' };
    expect(await load({ env })).toMatchObject({ port: 2, host: '127.0.0.9' });
  });

  test('a variable that is no option and resembles none belongs to another program', async () => {
    await expect(
      load({ env: { TIDINGS_URL: 'x', TIDINGS_JWT: 'x', TIDINGS_HOME: 'x' } }),
    ).resolves.toBeDefined();
  });

  test('what Kubernetes puts beside a service named tidings is no option', async () => {
    const env = {
      TIDINGS_PORT: 'tcp://10.0.0.1:80',
      TIDINGS_SERVICE_HOST: '10.0.0.1',
      TIDINGS_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    expect((await load({ env })).port).toBe(3000);
  });
});

describe('what is refused', () => {
  test('every fault is named at once', async () => {
    const faults = await faultsOf({
      env: {
        TIDINGS_LIMITS_MESSAGE: 'big',
        TIDINGS_LIMTS_QUEUE: '1',
        TIDINGS_NAMESPACES: '{"__proto__":{}}',
      },
      overrides: {
        prot: 1,
        port: 70_000,
        log: { level: 'loud', colour: true },
        auth: 7,
        limits: { queue: 2000 },
        namespaces: {
          a: { overflow: 'explode', size: 1, rights: { publish: 'me' } },
          B: {},
          c: { durable: true, history: { size: 0 } },
        },
      } as never,
    });
    expect(faults).toEqual([
      'TIDINGS_LIMTS_QUEUE (environment) is no option; did you mean TIDINGS_LIMITS_QUEUE?',
      'prot is no option; did you mean port?',
      'log.colour is no option',
      'auth must be an object (is 7)',
      'port must be a whole number from 0 to 65535 (is 70000)',
      expect.stringContaining('namespaces (environment)'),
      'namespaces.a.size is no option',
      'namespaces.a.overflow must be one of disconnect, drop-oldest, conflate',
      'namespaces.a.rights.publish must be anyone, users, owner, granted, nobody, or (in a file) a function',
      'limits.message (environment) must be a whole number from 1024 to 1099511627776 (is "big")',
      'log.level must be one of fatal, error, warn, info, debug, trace, silent (is "loud")',
      expect.stringContaining('limits.queue is less than limits.message'),
      expect.stringContaining('namespace "B": the name does not match'),
      expect.stringContaining('namespace "c": durable with history.size 0'),
      expect.stringContaining('namespace "c": overflow "disconnect"'),
    ]);
  });

  test('no message shows a secret', async () => {
    const env = {
      TIDINGS_API_KEY: 'too-short-key',
      TIDINGS_AUTH_SECRET: 'tiny',
      TIDINGS_DATABASE: 'mysql://u:pw@h/d',
    };
    const faults = (await faultsOf({ env })).join('\n');
    expect(faults).toContain('apiKey');
    expect(faults).toContain('auth.secret');
    expect(faults).toContain('database');
    expect(faults).not.toMatch(/too-short-key|tiny|pw/);
  });

  const rsa = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
  const weak = pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey);
  const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const ed = pem(generateKeyPairSync('ed25519').publicKey);
  const jwksUrl = 'https://id.example/jwks.json';
  const production = { NODE_ENV: 'production' };

  test.each<[string, ConfigSources, RegExp]>([
    ['origins * in production', { env: production, overrides: { origins: ['*'] } }, /origins has "\*"/],
    ['origins with a path', { overrides: { origins: ['https://a.example/'] } }, /is no origin/],
    ['origins without a scheme', { overrides: { origins: ['a.example'] } }, /is no origin/],
    [
      'development in production',
      { env: production, overrides: { development: true } },
      /development is true/,
    ],
    ['another database', { overrides: { database: 'mysql://h/d' } }, /postgres:\/\//],
    [
      'another store of channels',
      { overrides: { redis: 'http://h', database: 'postgres://h/d' } },
      /redis:\/\//,
    ],
    ['several servers without one database', { overrides: { redis: 'redis://h' } }, /database is not/],
    ['a secret beside a key', { overrides: { auth: { secret: SECRET, publicKey: rsa } } }, /no HS256/],
    ['a secret beside a key set', { overrides: { auth: { secret: SECRET, jwksUrl } } }, /no HS256/],
    ['a public key as the secret', { overrides: { auth: { secret: rsa } } }, /holds a PEM key/],
    ['two kinds of keys', { overrides: { auth: { publicKey: rsa, jwksUrl } } }, /both given/],
    ['an algorithm without its key', { overrides: { auth: { algorithms: ['RS256'] } } }, /neither/],
    ['no algorithm', { overrides: { auth: { algorithms: [] } } }, /auth.algorithms must be/],
    ['an unknown algorithm', { env: { TIDINGS_AUTH_ALGORITHMS: 'none' } }, /auth.algorithms.* must be/],
    [
      'a key of another algorithm',
      { overrides: { auth: { publicKey: rsa, algorithms: ['ES256'] } } },
      /for RS256/,
    ],
    ['a key that is none', { overrides: { auth: { publicKey: 'hello' } } }, /no public key/],
    ['a weak key', { overrides: { auth: { publicKey: weak } } }, /no public key/],
    [
      'a private key',
      {
        overrides: { auth: { publicKey: ec.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string } },
      },
      /no public key/,
    ],
    ['keys over http', { env: production, overrides: { auth: { jwksUrl: 'http://a/' } } }, /https:/],
    ['a body below a message', { overrides: { limits: { body: 2048 } } }, /limits.body/],
    ['less history than a resume', { overrides: { limits: { historyBytes: 4096 } } }, /limits.historyBytes/],
    ['a burst below the rate', { overrides: { limits: { commandBurst: 1 } } }, /limits.commandBurst/],
    ['presence below two heartbeats', { overrides: { presence: { ttl: 30_000 } } }, /presence.ttl/],
    ['a long drain', { overrides: { drain: { timeout: 30_001 } } }, /drain.timeout/],
  ])('%s', async (_name, sources, fault) => {
    const faults = await faultsOf(sources);
    expect(faults).toContainEqual(expect.stringMatching(fault));
    expect(faults).toHaveLength(1);
  });

  test.each<[string, ConfigSources, readonly string[]]>([
    ['RSA', { overrides: { auth: { publicKey: rsa } } }, ['RS256']],
    ['P-256', { overrides: { auth: { publicKey: pem(ec.publicKey) } } }, ['ES256']],
    ['Ed25519', { env: { TIDINGS_AUTH_PUBLIC_KEY: ed.replaceAll('\n', '\\n') } }, ['EdDSA']],
    ['a key set', { overrides: { auth: { jwksUrl } } }, ['RS256', 'ES256', 'EdDSA']],
    [
      'both, explicitly',
      { overrides: { auth: { secret: SECRET, publicKey: rsa, algorithms: ['HS256', 'RS256'] } } },
      ['HS256', 'RS256'],
    ],
  ])('algorithms follow from the key: %s', async (_name, sources, algorithms) => {
    expect((await load(sources)).auth.algorithms).toEqual(algorithms);
  });

  test('anonymous sessions in production are a choice', async () => {
    const config = await load({ env: production, overrides: { auth: { anonymous: true } } });
    expect(config.auth.anonymous).toBe(true);
    expect(config.namespaces.public?.rights?.subscribe).toBe('users');
  });

  function pem(key: { export(options: { type: 'spki'; format: 'pem' }): string | Buffer }): string {
    return key.export({ type: 'spki', format: 'pem' }) as string;
  }
});
