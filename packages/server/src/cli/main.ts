/**
 * The command `tidings`.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { keysCommand } from './keys.ts';
import { publishCommand } from './publish.ts';
import { startCommand } from './start.ts';
import { tailCommand } from './tail.ts';
import { tokenCommand } from './token.ts';

/** The same place from the sources and from dist. */
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

const program = new Command('tidings')
  .description('Tidings: a self-hosted realtime backend. Commands in, events out.')
  .version(manifest.version)
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, 'tidings:')) })
  .addHelpText(
    'after',
    '\nExample:\n  tidings start --port 8080\n\nEvery option of the server: docs/CONFIG.md',
  );
for (const command of [startCommand(), tokenCommand(), publishCommand(), tailCommand(), keysCommand()])
  program.addCommand(command.copyInheritedSettings(program));

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`tidings: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
