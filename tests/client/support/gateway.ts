import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTeardown } from '../../support/teardown.ts';

/** A gateway before a server, which can answer commands in its place. */
export interface Gateway {
  readonly url: string;
  /** Answers the next command of this name in place of the server; the server has taken it first when `taken` is set. */
  answerNext(command: string, answer: (response: ServerResponse) => void, options?: { taken: boolean }): void;
}

/** Starts one before a server; it goes with the test. */
export async function startGateway(target: string): Promise<Gateway> {
  let next: { command: string; answer: (response: ServerResponse) => void; taken: boolean } | undefined;
  const pass = (incoming: IncomingMessage, take: (answer: IncomingMessage) => void) => {
    const { method, headers, url } = incoming;
    const outgoing = request(new URL(url ?? '/', target), { method, headers }, take);
    outgoing.on('error', () => incoming.socket.destroy());
    incoming.pipe(outgoing);
    return outgoing;
  };
  const gateway = createServer((incoming, response) => {
    const mine = next && incoming.url === `/api/v1/commands/${next.command}` ? next : undefined;
    if (!mine) {
      const outgoing = pass(incoming, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      response.on('close', () => outgoing.destroy());
      return;
    }
    next = undefined;
    if (mine.taken) pass(incoming, (answer) => answer.resume().on('end', () => mine.answer(response)));
    else incoming.resume().on('end', () => mine.answer(response));
  });
  gateway.listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  onTeardown(() => {
    gateway.closeAllConnections();
    gateway.close();
  });
  return {
    url: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
    answerNext(command, answer, { taken } = { taken: false }) {
      next = { command, answer, taken };
    },
  };
}
