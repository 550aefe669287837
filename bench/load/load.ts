/**
 * The load generator for machines without a compiler: the commands, the counting and the answers of load.c, in TypeScript.
 * It costs more than the C program, so that a fast server may wait for it; the column of its own CPU shows that.
 *
 * @module
 */
import { createInterface } from 'node:readline';
import { type Client, close } from './client.ts';
import { open } from './connection.ts';
import { beginMessages, countMissing, messages, publish } from './deliveries.ts';
import { type Framing, plan } from './plan.ts';
import { askAll } from './requests.ts';
import { answer, beginTally, NS_PER_S, now, tally, until } from './tally.ts';
import { parseTemplate } from './template.ts';

let subscribers: Client[] = [];
let publishers: Client[] = [];

function begin(): void {
  beginMessages(subscribers);
  beginTally();
}

async function openAll(total: number, atOnce: number, publisher: boolean): Promise<Client[]> {
  begin();
  const { count } = tally;
  const list: Client[] = [];
  await until(() => {
    while (list.length < total && list.length - count.opened - count.failed < atOnce)
      list.push(open(list.length, publisher));
    return count.opened + count.failed === total;
  });
  return list;
}

/** @param inFlight how many messages are under way at a time, where no rate is given. @param rate messages a second. */
async function run(inFlight: number, rate: number, seconds: number): Promise<string> {
  begin();
  const { began } = tally;
  const first = messages.number;
  const end = began + seconds * NS_PER_S;
  let due = began;
  await until(
    () => {
      const at = now();
      for (const { socket } of publishers) socket.cork();
      if (rate > 0) for (; due <= at && due < end; due += NS_PER_S / rate) publish(publishers);
      else while (at < end && messages.underWay.size < inFlight) publish(publishers);
      for (const { socket } of publishers) socket.uncork();
      return at >= end && messages.underWay.size === 0;
    },
    rate > 0 ? 1 : 10,
  );
  for (const client of subscribers) if (client.state !== 'stalled') countMissing(client);
  const { deliveries, lost, extra, closed, errors, bytes } = tally.count;
  return answer({
    messages: messages.number - first,
    deliveries,
    seconds: (tally.progress - began) / NS_PER_S,
    lost,
    extra,
    closed,
    errors,
    bytes,
  });
}

async function ask(seconds: number): Promise<string> {
  begin();
  const lost = await askAll(publishers, seconds);
  const { answers, closed, errors } = tally.count;
  return answer({ answers, seconds: (tally.progress - tally.began) / NS_PER_S, lost, closed, errors });
}

async function obey(name = '', ...words: string[]): Promise<string> {
  const [one = '', two = '', three = ''] = words;
  switch (name) {
    case 'port':
      plan.port = Number(one);
      return 'ok';
    case 'reset':
      plan.steps = { subscriber: [], publisher: [] };
      return 'ok';
    case 'framing':
      plan.framing.subscriber = one as Framing;
      plan.framing.publisher = two as Framing;
      return 'ok';
    case 'subscriber':
    case 'publisher':
      plan.steps[name].push({ send: parseTemplate(one), expect: parseTemplate(two).bytes });
      return 'ok';
    case 'message':
      plan.message = parseTemplate(one);
      plan.success = Buffer.from(parseTemplate(two).bytes);
      return 'ok';
    case 'connect': {
      close(subscribers);
      const channels = Number(two);
      plan.channels = channels;
      messages.expected = Array.from({ length: channels }, (_, channel) =>
        Math.ceil((Number(one) - channel) / channels),
      );
      subscribers = await openAll(Number(one), Number(three), false);
      const { opened, failed, events } = tally.count;
      return answer({ connected: opened, failed, seconds: (now() - tally.began) / NS_PER_S, events });
    }
    case 'publishers':
      close(publishers);
      publishers = await openAll(Number(one), Number(one), true);
      return answer({ connected: tally.count.opened, failed: tally.count.failed });
    case 'run':
      return run(Number(one), 0, Number(two));
    case 'pace':
      return run(0, Number(one), Number(two));
    case 'ask':
      return ask(Number(one));
    case 'stall':
      for (const client of subscribers.slice(-Number(one))) {
        client.state = 'stalled';
        client.socket.pause();
        const channel = client.index % plan.channels;
        messages.expected[channel] = (messages.expected[channel] ?? 1) - 1;
      }
      return 'ok';
    case 'drop':
      close(subscribers);
      subscribers = [];
      return 'ok';
    default:
      return 'error unknown command';
  }
}

for await (const line of createInterface({ input: process.stdin }))
  console.log(await obey(...line.split(' ')));
process.exit(0);
