import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { onTeardown } from '../teardown.ts';

/** How a server of the Quake 3 protocol says that it is. */
export interface QuakeState {
  name: string;
  map: string;
  maxPlayers: number;
  readonly players: { readonly name: string; readonly frags: number; readonly ping: number }[];
}

const HEAD = Buffer.from([0xff, 0xff, 0xff, 0xff]);

/** A game server that answers `getstatus` over UDP, as Wolfenstein: Enemy Territory does; ended with the test. */
export class QuakeServer {
  readonly state: QuakeState = {
    name: '^1ET ^7Main',
    map: 'etl_sp_delivery',
    maxPlayers: 32,
    players: [],
  };
  /** Does it answer. */
  up = true;
  /** Questions that came. */
  asked = 0;
  readonly port: number;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<QuakeServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const server = new QuakeServer((socket.address() as AddressInfo).port);
    onTeardown(() => void socket.close());
    socket.on('message', (message, { port, address }) => {
      if (!message.subarray(0, 4).equals(HEAD) || !message.subarray(4).toString().startsWith('getstatus'))
        return;
      server.asked += 1;
      if (server.up) socket.send(server.#answer(), port, address);
    });
    return server;
  }

  #answer(): Buffer {
    const { name, map, maxPlayers, players } = this.state;
    const info = Object.entries({
      sv_hostname: name,
      mapname: map,
      sv_maxclients: maxPlayers,
      version: 'ET Legacy v2.83',
      g_needpass: 0,
    });
    const lines = [
      'statusResponse',
      info.map(([key, value]) => `\\${key}\\${value}`).join(''),
      ...players.map((player) => `${player.frags} ${player.ping} "${player.name}"`),
      '',
    ];
    return Buffer.concat([HEAD, Buffer.from(lines.join('\n'), 'latin1')]);
  }
}
