import type { Command } from 'commander';
import { type Config, type ConfigInput, loadConfig } from '../config.ts';

/** The flags that say which server is meant, on every command. */
export interface PlaceFlags {
  readonly data?: string;
  readonly config?: string;
}

/** Adds {@link PlaceFlags} to a command. */
export function withPlace(command: Command): Command {
  return command
    .option('--data <dir>', 'the data directory (default: from the configuration, ./data)')
    .option('--config <file>', 'the configuration file (default: tidings.config.ts, when it is there)');
}

/** The configuration with the flags above it. @throws Error that names every fault. */
export function configOf(flags: PlaceFlags, overrides: ConfigInput = {}): Promise<Config> {
  return loadConfig({ file: flags.config, overrides: { ...overrides, data: flags.data } });
}
