/**
 * Tidings as a library: `const app = await createApp(await loadConfig()); await app.start();`
 *
 * @module
 */
export { type App, createApp } from './app.ts';
export { type Config, type ConfigInput, type ConfigSources, defineConfig, loadConfig } from './config.ts';
export type { NamespaceOptions, RightsRequest, Rule } from './core/namespace.ts';
