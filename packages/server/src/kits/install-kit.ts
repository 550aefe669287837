/**
 * Kits, put on a server: each part of a kit goes where a part of the server's own would go. Nothing else knows of kits.
 *
 * @module
 */
import { resolveNamespace } from '../core/namespace.ts';
import type { Given, Kit, Tidings } from '../kit.ts';
import { migrate } from '../storage/migrations.ts';
import { createTidings } from './create-tidings.ts';
import { Jobs } from './jobs.ts';
import type { KitParts } from './kit-parts.ts';
import { openWebSockets } from './open-websockets.ts';
import { watchEvents } from './watch-events.ts';
import { watchSessions } from './watch-sessions.ts';

/** A kit that is installed. */
export interface InstalledKit {
  readonly name: string;
  /** Calls `onStart` and begins with the jobs. The server calls this when it is ready. @throws Error that names the kit. */
  start(): Promise<void>;
  /** Stops jobs and heartbeats, waits for the jobs under way, and calls `onStop`. */
  stop(): Promise<void>;
}

/**
 * Installs a kit, before the server listens: its migrations are run, then everything it has is added.
 *
 * @throws Error that names the kit and what is wrong with it.
 */
export async function installKit<Tables>(kit: Kit<Tables>, parts: KitParts): Promise<InstalledKit> {
  const { core, clock, db, http, io } = parts;
  const { name } = kit;
  return naming(name, async () => {
    const tidings = createTidings<Tables>(name, parts);
    const { turns } = parts;
    const jobs = new Jobs(
      (kit.jobs ?? []).map((job) => ({ ...job, run: () => job.run(tidings) })),
      {
        clock,
        turns: turns && { take: (job, due) => turns.take(`${name}: ${job}`, due) },
        onError: (error, job) => tidings.log.error({ err: error, job }, 'a job failed'),
      },
    );
    if (kit.notifications) parts.inbox.templates.add(name, kit.notifications);
    if (kit.migrations) await migrate(db, `kit-${name}`, kit.migrations);
    for (const [namespace, options] of Object.entries(take(kit.namespaces, tidings) ?? {}))
      core.namespaces.add(resolveNamespace(namespace, options));
    for (const command of take(kit.commands, tidings) ?? []) core.dispatch.add(command);
    const heartbeats = openWebSockets(take(kit.websockets, tidings) ?? [], tidings, parts);
    watchSessions(kit, tidings, core.hub);
    watchEvents(kit, tidings, core.hub);
    for (const [path, file] of Object.entries(kit.files ?? {})) parts.serveFile(path, file);
    kit.socketio?.(io, tidings);
    await http.register(async (app) => {
      app.addHook('onRoute', (route) => {
        route.schema = { tags: [name], ...route.schema };
      });
      await kit.routes?.(app, tidings);
    });
    return {
      name,
      start: () =>
        naming(name, async () => {
          await kit.onStart?.(tidings);
          jobs.start();
        }),
      async stop() {
        for (const timer of heartbeats) timer.cancel();
        await jobs.stop();
        await Promise.try(() => kit.onStop?.(tidings)).catch((error: unknown) =>
          tidings.log.error({ err: error }, 'onStop failed'),
        );
      },
    };
  });
}

function take<T, Tables>(given: Given<T, Tables> | undefined, tidings: Tidings<Tables>): T | undefined {
  return typeof given === 'function' ? (given as (tidings: Tidings<Tables>) => T)(tidings) : given;
}

/** Makes every fault say whose it is. */
async function naming<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Kit "${name}": ${why}`, { cause: error });
  }
}
