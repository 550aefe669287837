import { defineConfig } from 'vitest/config';

// Workspace packages resolve to their sources, as in tsconfig.base.json and `node --conditions=source`.
const conditions = ['source', 'node', 'module'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: 'forks',
    // Most of the time of most tests is waiting: for a process to start, a timer, a page.
    maxWorkers: 3,
    execArgv: ['--conditions=source'],
    // What must come may take its time on a busy machine.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/*/src/**/*.test.ts',
            'kits/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['tests/**/*.test.{ts,tsx}'],
          exclude: ['tests/clients/**', 'tests/e2e/**', 'tests/faults/**'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        // Kills, cuts and stalls whole server processes, each of the test's own.
        extends: true,
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Compiles and runs the clients of docs/clients and examples/clients.
        extends: true,
        test: {
          name: 'clients',
          include: ['tests/clients/**/*.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Drives /usr/bin/chromium through playwright-core.
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/support/build-pages.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
