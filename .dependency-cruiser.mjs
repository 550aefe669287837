// Who may import whom: the table of ARCHITECTURE.md, as rules.
//
// dependency-cruiser reads TypeScript through the compiler's JavaScript API, which TypeScript 7 does not
// have. So `typescript` in package.json is Microsoft's compatibility package of TypeScript 6, used by this
// tool alone, and `tsc` is that of TypeScript 7 (`@typescript/native`). When dependency-cruiser supports 7,
// both become one plain `typescript`.

const server = '^packages/server/src';
const protocol = '^packages/protocol/src/';
const ports = `${server}/core/ports/`;
/** What others see of core: its own files and the ports, not what lies in further folders. */
const core = [`${server}/core/[^/]+\\.ts$`, ports];
/** A feature's public face: index.ts, or the file named after the feature. */
const features = `${server}/features/(?<feature>[^/]+)/(index|\\k<feature>)\\.ts$`;
const storage = `${server}/storage/`;
const config = `${server}/config\\.ts$`;
const secrets = `${server}/secrets\\.ts$`;
const kit = `${server}/kit\\.ts$`;
/** What a package publishes: the files its `exports` name. */
const entries = '^packages/[^/]+/src/(index|kit|node|browser|react-native|notifications|redux)\\.tsx?$';
const client = '^packages/client/src/(index|node|browser|react-native|notifications|redux)\\.tsx?$';
const react = '^packages/react/src/index\\.tsx?$';
const kitsWeb = '^kits/[^/]+/web/';

/** Tests, type tests, the acceptance suites of ports (`run*Suite`), and helpers of tests. */
const tests = '\\.test(-d)?\\.tsx?$|-suite\\.ts$|/testing/|^tests/';
const ours = '^(packages|apps|kits|bench|examples|tests|scripts)/';
/** npm puts a package here when two versions of it are needed. */
const installed = 'node_modules/';

/** One row of the table: files under `from` import of ours only what `may` lists. Tests are free. */
const row = (name, from, may) => ({
  name,
  severity: 'error',
  comment: 'Not in the table of who may import whom.',
  from: { path: from, pathNot: [tests] },
  to: { path: ours, pathNot: [...may, installed] },
});

/** The folders directly in the server's src: each may import itself, and what its row says. */
const folder = (name, may) => row(`${name}-imports`, `${server}/${name}/`, [`${server}/${name}/`, ...may]);

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    row('protocol-imports', '^packages/protocol/', ['^packages/protocol/']),
    folder('core', [protocol]),
    folder('dialects', [ports, protocol]),
    folder('brokers', [ports, protocol]),
    folder('storage', [ports, protocol]),
    folder('transports', [ports, protocol]),
    row('features-import', `${server}/features/([^/]+)/`, [
      `${server}/features/$1/`,
      ...core,
      features,
      storage,
      protocol,
    ]),
    // A body is read as a message is: the same limits, the same refusals.
    folder('http', [...core, features, protocol, `${server}/dialects/json-message\\.ts$`]),
    folder('cli', [...core, features, protocol, config, secrets, `${server}/app\\.ts$`]),
    // A kit's dialects are made of the same helpers as ours.
    row('kit-api-imports', kit, [
      ...core,
      features,
      storage,
      `${server}/dialects/json-message\\.ts$`,
      protocol,
      config,
    ]),
    // Kits are put on a server through the same doors as its features.
    folder('kits', [...core, features, storage, protocol, kit]),
    row('config-imports', config, [`${server}/config/`, ...core, features, protocol]),
    folder('config', [...core, protocol]),
    row('app-imports', `${server}/(app|index|open-channels|open-features)\\.ts$`, [`${server}/`, protocol]),
    {
      name: 'only-app-wires',
      comment: 'app.ts is the only place that wires parts together; the command line and the entry start it.',
      severity: 'error',
      from: { path: `${server}/`, pathNot: [`${server}/cli/`, `${server}/index\\.ts$`, tests] },
      to: { path: `${server}/(app|index)\\.ts$` },
    },
    row('kits-import', '^kits/([^/]+)/(?!web/)', [
      '^kits/$1/(?!web/)',
      // What the servers of several kits need.
      '^kits/shared/server/',
      kit,
      '^packages/protocol/src/index\\.ts$',
    ]),
    row('kits-web-imports', '^kits/([^/]+)/web/', [
      '^kits/$1/',
      // What the pages of several kits need.
      '^kits/shared/web/',
      client,
      react,
      '^packages/protocol/src/index\\.ts$',
    ]),
    row('client-imports', '^packages/client/', ['^packages/client/', protocol]),
    row('react-imports', '^packages/react/', ['^packages/react/', client]),
    row('apps-import', '^apps/([^/]+)/', ['^apps/$1/', client, react, kitsWeb]),
    row('bench-and-examples-import', '^(bench|examples)/', ['^$1/', entries]),
    {
      name: 'a-feature-by-its-face',
      comment: 'From outside a feature, only its public face.',
      severity: 'error',
      from: { path: `${server}/`, pathNot: [`${server}/features/`, `${server}/app\\.ts$`, tests] },
      to: { path: `${server}/features/`, pathNot: features },
    },

    {
      name: 'no-cycles',
      comment: 'Types count too: a cycle of types is a cycle of ideas.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-barrels',
      comment: 'An index.ts is the entry of a package or the face of a feature; nothing inside imports it.',
      severity: 'error',
      from: { path: '^(packages/[^/]+/src|kits/[^/]+|apps/[^/]+)/' },
      to: {
        path: '/index\\.tsx?$',
        pathNot: ['^packages/[^/]+/src/index\\.tsx?$', features, 'node_modules'],
      },
    },
    {
      name: 'not-its-own-entry',
      comment: 'Inside a package, files import each other, never the entry that re-exports them.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/', pathNot: [tests] },
      to: { path: '^packages/$1/src/index\\.tsx?$' },
    },
    {
      name: 'not-its-own-face',
      comment: 'Inside a feature, files import each other, never the face above them.',
      severity: 'error',
      from: { path: `${server}/features/([^/]+)/`, pathNot: [tests] },
      to: { path: `${server}/features/$1/index\\.ts$` },
    },
    {
      name: 'packages-by-name',
      comment: 'Another workspace package is imported by its name, never by a path into it.',
      severity: 'error',
      from: { path: '^(packages/[^/]+|apps/[^/]+|kits|bench|examples)/' },
      to: {
        path: '^packages/',
        pathNot: '^$1/',
        dependencyTypes: ['local'],
        dependencyTypesNot: ['aliased-workspace'],
      },
    },
    {
      name: 'runs-anywhere',
      comment: 'The protocol and what runs in a browser use no Node API.',
      severity: 'error',
      from: {
        path: '^packages/(protocol|client|react)/|^apps/[^/]+/src/|^kits/[^/]+/web/',
        // What the client has for Node alone.
        pathNot: [tests, '^packages/client/(src/node[./]|build/)'],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'production-imports-no-tests',
      severity: 'error',
      from: { path: '^(packages|apps|kits|bench|examples)/', pathNot: [tests] },
      to: { path: tests, pathNot: 'node_modules' },
    },
    {
      name: 'production-imports-no-dev-dependencies',
      comment: 'Nor what is in no package.json of its own: it would be missing when installed from npm.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: [tests] },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        // Types are needed to check and build, not to run.
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(bufferutil|utf-8-validate)$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|apps)/[^/]+/dist/|^bench/(client/)?node_modules/' },
    tsPreCompilationDeps: true,
    builtInModules: { add: ['node:sqlite', 'node:test', 'node:sea'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
