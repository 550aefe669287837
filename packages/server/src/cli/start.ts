import { Command } from 'commander';
import { keepTickShape } from './keep-tick-shape.ts';
import { configOf, type PlaceFlags, withPlace } from './place.ts';

interface Flags extends PlaceFlags {
  readonly port?: string;
  readonly host?: string;
  readonly kit?: readonly string[];
  readonly dev?: true;
}

/** `tidings start`: runs the server until SIGTERM or SIGINT. */
export function startCommand(): Command {
  return withPlace(new Command('start'))
    .description('run the server')
    .option('--port <port>', 'the port to listen on; 0 takes a free one')
    .option('--host <address>', 'the address to listen on')
    .option('--kit <file>', 'a kit to load instead of those of the configuration, may be repeated', collect)
    .option('--dev', 'development: anonymous clients, open namespaces, readable logs')
    .addHelpText(
      'after',
      '\nExample:\n  tidings start --port 8080 --data /var/lib/tidings --kit ./kits/shop.ts',
    )
    .action(start);
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

async function start(flags: Flags): Promise<void> {
  keepTickShape();
  const config = await configOf(flags, {
    host: flags.host,
    // What is no number is left for the check to refuse, with all other faults.
    port: /^\d+$/.test(flags.port ?? '') ? Number(flags.port) : (flags.port as unknown as number),
    kits: flags.kit,
    development: flags.dev,
  });
  // Only this command needs the whole server.
  const { createApp } = await import('../app.ts');
  const app = await createApp(config);
  const stopped = Promise.withResolvers<void>();
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      stopped.resolve();
    });
  }
  const { url } = await app.start().catch((error: unknown) => {
    throw explain(error, config);
  });
  process.stdout.write(`Tidings is ready at ${url}\n`);
  await stopped.promise;
  await app.stop();
  // Whatever a kit has left open must not keep a drained server alive.
  process.exit(0);
}

/** Says in words why a server cannot listen. */
function explain(error: unknown, { host, port }: { readonly host: string; readonly port: number }): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const why = {
    EADDRINUSE: 'it is in use; stop what listens there, or choose another one with --port',
    EACCES: 'this user may not; choose a port above 1023 with --port',
    EADDRNOTAVAIL: 'this machine has no such address; choose another one with --host',
    ENOTFOUND: 'there is no such host; choose another one with --host',
  }[String(code)];
  return why ? new Error(`Port ${port} of ${host} cannot be listened on: ${why}.`, { cause: error }) : error;
}
