import { afterAll, onTestFinished, TestRunner } from 'vitest';

type Cleanup = () => unknown;

const ofFile: Cleanup[] = [];

afterAll(async () => {
  for (const cleanup of ofFile.splice(0).reverse()) await cleanup();
});

/**
 * Undoes something when the test that is running has ended; outside of a test (`beforeAll`), when its file has.
 * What was begun last is undone first.
 */
export function onTeardown(cleanup: Cleanup): void {
  if (TestRunner.getCurrentTest()) onTestFinished(async () => void (await cleanup()));
  else ofFile.push(cleanup);
}
