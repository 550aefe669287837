/**
 * What the rows about fan-out have in common.
 *
 * @module
 */

import { PEERS } from '../peers/all.ts';
import type { Peer, Setup } from '../peers/peer.ts';
import { measureFanOut, openStage, type Stage } from '../stage.ts';
import { type Column, type Contestant, contestant, type Round, type Scale } from './row.ts';

/** The columns of a row in which the server works as fast as it can. */
export const FAN_OUT_COLUMNS: readonly Column[] = [
  { key: 'cpu', title: 'server CPU, µs per delivery', digits: 2 },
  { key: 'rate', title: 'deliveries/s', digits: 0 },
  { key: 'p50', title: 'p50, ms', digits: 2 },
  { key: 'p99', title: 'p99, ms', digits: 2 },
  { key: 'load', title: 'load CPU, µs', digits: 2 },
];

/** A peer with its clients connected in one way. */
export interface Line extends Setup {
  readonly peer: Peer;
  /** @default the peer's name */
  readonly id?: string;
  /** @default the peer's title */
  readonly title?: string;
}

/** Lines of a row: each peer with so many subscribers over so many channels, and one publisher. */
export function fanOut(
  lines: readonly Line[],
  clients: { readonly subscribers: number; readonly channels: number },
  round: (stage: Stage) => Promise<Round>,
): readonly Contestant[] {
  return lines.map(({ peer, id = peer.name, title = peer.title, ...setup }) =>
    contestant({
      id,
      peer,
      title,
      key: JSON.stringify([peer.name, setup, clients]),
      open: () => openStage(peer, { ...setup, ...clients }),
      round,
    }),
  );
}

/** Publishes with so many in flight, as fast as the server can. */
export function closedLoop(scale: Scale, inFlight: number): (stage: Stage) => Promise<Round> {
  return async (stage) => {
    await stage.load.run(inFlight, scale.warmUp);
    return measureFanOut(stage, () => stage.load.run(inFlight, scale.seconds));
  };
}

/** Every peer that fans out, over a WebSocket where it has one. */
export function everyPeer(): readonly Line[] {
  return PEERS.flatMap((peer) => {
    const transport = (['websocket', 'socketio'] as const).find((name) => peer.transports.includes(name));
    return transport ? [{ peer, transport }] : [];
  });
}
