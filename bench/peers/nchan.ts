import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, listens, start, temporaryDirectory } from '../processes.ts';
import { CHANNEL, eventStream, PAYLOAD, post, upgrade } from '../wire.ts';
import { missingFile, type Peer } from './peer.ts';

const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';

/** nchan, the push module of nginx; publishers POST. It keeps the last 100 messages, as Tidings does by default. */
export const nchan: Peer = {
  name: 'nchan',
  title: 'nchan (nginx)',
  transports: ['websocket', 'sse'],
  missing: () => missingFile(MODULE, 'libnginx-mod-nchan'),
  async start({ transport }) {
    const directory = temporaryDirectory();
    const port = await freePort();
    const file = join(directory, 'nginx.conf');
    writeFileSync(file, configuration(directory, port));
    const process = start('server', ['/usr/sbin/nginx', '-p', directory, '-c', file, '-e', 'stderr']);
    await listens(process, port);
    const sse = transport === 'sse';
    return {
      process,
      port,
      wire: {
        framing: { subscriber: sse ? 'sse' : 'ws', publisher: 'http' },
        subscriber: [sse ? eventStream(`/sub/${CHANNEL}`) : upgrade(`/sub/${CHANNEL}`)],
        publisher: [],
        message: post(`/pub/${CHANNEL}`, PAYLOAD),
      },
    };
  },
};

function configuration(directory: string, port: number): string {
  return `
load_module ${MODULE};
daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log stderr error;
worker_rlimit_nofile 20000;
events { worker_connections 20000; }
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  keepalive_requests 1000000000;
  nchan_max_reserved_memory 256M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location ~ ^/sub/(\\w+)$ { nchan_subscriber; nchan_channel_id $1; nchan_subscriber_first_message newest; }
    location ~ ^/pub/(\\w+)$ { nchan_publisher; nchan_channel_id $1; nchan_message_buffer_length 100; }
  }
}
`;
}
