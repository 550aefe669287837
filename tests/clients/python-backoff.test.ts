import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../../docs/clients/python');

/** Has a client come back as after a long time in which there was no server, and prints how long it would wait. */
const LATE = `
import asyncio, sys
space = {}
exec(open(sys.argv[1]).read().replace("asyncio.run(main())", ""), space)
client = space["Client"]("http://127.0.0.1", lambda: None, ["journal:a"], None, None)
client.attempt = 5000

async def session():
    raise space["Ended"]("no server")

async def sleep(seconds):
    print(seconds)
    raise SystemExit

client.session, asyncio.sleep = session, sleep
asyncio.run(client.run())
`;

it.each(['websockets_client.py', 'socketio_client.py'])(
  '%s comes back however often it has tried',
  async (file) => {
    const { stdout } = await promisify(execFile)('/usr/bin/python3', ['-c', LATE, join(folder, file)]);
    expect(Number(stdout)).toBeLessThanOrEqual(30);
  },
);
