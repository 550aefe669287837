import type { Client } from './client.ts';
import { messages } from './deliveries.ts';
import { plan } from './plan.ts';
import { NS_PER_S, now, setFault, tally, until } from './tally.ts';
import { fill } from './template.ts';

/** Whether answers are waited for, and whether each is followed by the next request. */
let asking: 'no' | 'yes' | 'last' = 'no';
/** Requests without an answer. */
let waiting = 0;

function request(client: Client): void {
  const { number } = messages;
  waiting++;
  client.asked = now();
  client.socket.write(
    fill(plan.message, {
      channel: number % plan.channels,
      subscriber: client.index,
      time: client.asked,
      number,
    }),
  );
  messages.number++;
}

/** Each client sends, waits for its answer and sends again, for some seconds. @returns how many got no answer. */
export async function askAll(clients: readonly Client[], seconds: number): Promise<number> {
  const end = tally.began + seconds * NS_PER_S;
  asking = 'yes';
  waiting = 0;
  for (const client of clients) if (client.state === 'ready') request(client);
  await until(() => {
    if (now() >= end) asking = 'last';
    return waiting === 0;
  });
  asking = 'no';
  return waiting;
}

/** Takes what a publisher got. @param good Whether its status is. */
export function answered(client: Client, bytes: Buffer, good: boolean, at: number): void {
  if (asking === 'no' || client.asked === 0) return;
  tally.progress = at;
  if (good && bytes.includes(plan.success)) {
    tally.count.answers++;
    tally.times.add(at - client.asked);
  } else countError(bytes);
  client.asked = 0;
  waiting--;
  if (asking === 'yes') request(client);
}

/** Takes an HTTP response: an answer while one is asked for, and else of interest only when it is an error. */
export function responded(client: Client, bytes: Buffer, good: boolean, at: number): void {
  if (asking !== 'no') answered(client, bytes, good, at);
  else if (!good) countError(bytes);
}

function countError(bytes: Buffer): void {
  tally.count.errors++;
  setFault(bytes.toString('latin1', 0, 200));
}
