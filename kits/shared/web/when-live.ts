import type { Channel, Client } from '@tidings/client';

/**
 * Calls back when a channel is followed for the first time, and again when it is after it was refused: a snapshot that is
 * read from then on has no hole behind it. Also when there is no connection, since what is read over HTTP may still come.
 *
 * @returns stops it
 */
export function whenLive(
  client: Pick<Client, 'status'>,
  channel: Pick<Channel, 'status'>,
  callback: () => void,
): () => void {
  let told = false;
  const look = () => {
    const { state } = channel.status.getSnapshot();
    if (state === 'failed') told = false;
    if (state !== 'live' || told) return;
    told = true;
    callback();
  };
  const stop = channel.status.subscribe(look);
  look();
  if (!told && client.status.getSnapshot().state === 'waiting') callback();
  return stop;
}
