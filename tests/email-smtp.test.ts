import { once as onceEmitted } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort } from './support/free-port.ts';
import { startSmtp } from './support/smtp.ts';
import { contactOf, letterOf, startEmail } from './support/start-email.ts';
import { onTeardown } from './support/teardown.ts';

const once = { deliveryId: 'd1', digest: false };

/** What is said of a server that takes too long; several clocks run to the same moment. */
const LATE = /Timeout|Greeting never received|abort/;

describe('an SMTP server', () => {
  it('that says 4xx is asked again', async () => {
    const answers = ['451 4.7.1 Greylisted', undefined];
    const smtp = await startSmtp({ recipient: () => answers.shift() });
    const { courier } = await startEmail({ smtp: smtp.url });
    const deliver = () => courier.deliver(contactOf(), [letterOf()], once);
    expect(await deliver()).toEqual({ status: 'retry', detail: '451 4.7.1 Greylisted' });
    expect((await deliver()).status).toBe('delivered');
    expect(smtp.mails).toHaveLength(1);
  });

  it('that refuses an address for good is not asked about it again, until the user has another', async () => {
    const gone = 'gone@example.com';
    const smtp = await startSmtp({
      recipient: (address) => (address === gone ? '550 5.1.1 No such user' : undefined),
    });
    const { courier } = await startEmail({ smtp: smtp.url });
    const deliver = (email: string) => courier.deliver(contactOf({ email }), [letterOf()], once);
    expect(await deliver(gone)).toEqual({ status: 'refused', detail: '550 5.1.1 No such user' });
    expect(await deliver(gone)).toEqual({
      status: 'unreachable',
      detail: 'the address bounced at 2026-01-01T00:00:00.000Z: 550 5.1.1 No such user',
    });
    expect(smtp.asked).toEqual([gone]);
    expect((await deliver('here@example.com')).status).toBe('delivered');
    expect((await deliver(gone)).status).toBe('refused');
  });

  it.each([
    ['recipient', '550 5.7.1 Relaying denied'],
    ['recipient', '552 5.2.2 Mailbox full'],
    ['message', '554 5.7.1 This looks like spam'],
    ['message', '554 No'],
  ] as const)('that refuses a letter at its %s, %s, may take the next', async (stage, answer) => {
    const answers = [answer, undefined];
    const smtp = await startSmtp({ [stage]: () => answers.shift() });
    const { courier } = await startEmail({ smtp: smtp.url });
    const deliver = () => courier.deliver(contactOf(), [letterOf()], once);
    expect(await deliver()).toEqual({ status: 'refused', detail: answer });
    expect((await deliver()).status).toBe('delivered');
  });

  it.each([
    ['recipient', '550 No such user'],
    ['message', '550 5.1.1 No such user'],
    ['message', '550 5.2.1 Mailbox disabled'],
  ] as const)('marks the address, at the %s with %s', async (stage, answer) => {
    const smtp = await startSmtp({ [stage]: () => answer });
    const { courier } = await startEmail({ smtp: smtp.url });
    const deliver = () => courier.deliver(contactOf(), [letterOf()], once);
    expect((await deliver()).status).toBe('refused');
    expect((await deliver()).status).toBe('unreachable');
  });

  it('that does not take our password is told of to the operator, and no reader is to blame', async () => {
    const smtp = await startSmtp({ password: (password) => password === 'right' });
    const wrong = await startEmail({ smtp: smtp.url.replace('//', '//tidings:wrong@') });
    const outcome = await wrong.courier.deliver(contactOf(), [letterOf()], once);
    expect(outcome).toMatchObject({ status: 'retry', detail: expect.stringContaining('535') });
    expect(outcome.detail).not.toContain('wrong@');
    expect(wrong.errors).toHaveLength(1);
    const right = await startEmail({ smtp: smtp.url.replace('//', '//tidings:right@') });
    expect((await right.courier.deliver(contactOf(), [letterOf()], once)).status).toBe('delivered');
  });

  it('whose certificate nobody vouches for gets nothing', async () => {
    const smtp = await startSmtp({ disabledCommands: [] });
    const { courier } = await startEmail({ smtp: smtp.url });
    expect((await courier.deliver(contactOf(), [letterOf()], once)).status).toBe('retry');
    expect(smtp.mails).toEqual([]);
  });

  it('that offers no TLS gets nothing where the URL insists on it', async () => {
    const smtp = await startSmtp();
    const { courier } = await startEmail({ smtp: `${smtp.url}?requireTLS=true` });
    expect((await courier.deliver(contactOf(), [letterOf()], once)).status).toBe('retry');
    expect(smtp.asked).toEqual([]);
  });

  it('that is not there is asked again', async () => {
    const { courier, errors } = await startEmail({ smtp: `smtp://127.0.0.1:${await freePort()}` });
    expect(await courier.deliver(contactOf(), [letterOf()], once)).toEqual({
      status: 'retry',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
    expect(errors).toHaveLength(1);
  });

  it.each([
    ['says nothing', () => {}, LATE],
    ['greets and says no more', (socket: Socket) => void socket.write('220 hello\r\n'), LATE],
    ['answers without end', trickle, LATE],
    ['hangs up', (socket: Socket) => void socket.end('220 hello\r\n'), /closed/],
    ['speaks something else', (socket: Socket) => void socket.end('HTTP/1.1 400 No\r\n\r\n'), /HTTP/],
  ])('that %s holds nothing up', async (_name, behave, detail) => {
    const url = await listen(createServer((socket) => void behave(socket.on('error', () => {}))));
    const { courier } = await startEmail({ smtp: url, timeout: 150 });
    const outcome = await courier.deliver(contactOf(), [letterOf()], once);
    expect(outcome).toEqual({ status: 'retry', detail: expect.stringMatching(detail) });
  });
});

describe('an address', () => {
  it.each([
    ['alice@example.com\r\nBcc: eve@example.com'],
    ['alice@example.com, eve@example.com'],
    ['Alice <alice@example.com>'],
    ['alice@example.com>\r\nRCPT TO:<eve@example.com'],
    ['"a b"@example.com'],
    ['alice'],
    ['@example.com'],
    [`${'a'.repeat(64)}@${'b'.repeat(250)}.com`],
    [''],
  ])('that is none is not written to: %j', async (email) => {
    const smtp = await startSmtp();
    const { courier } = await startEmail({ smtp: smtp.url });
    expect((await courier.deliver(contactOf({ email }), [letterOf()], once)).status).toBe('unreachable');
    expect(smtp.asked).toEqual([]);
  });

  it('that the user has not given is not written to', async () => {
    const { courier } = await startEmail();
    const outcome = await courier.deliver(contactOf({ email: undefined }), [letterOf()], once);
    expect(outcome.status).toBe('unreachable');
  });
});

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await onceEmitted(server.listen(0, '127.0.0.1'), 'listening');
  onTeardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `smtp://127.0.0.1:${address.port}`;
}

/** Is never silent for long, and never done. */
function trickle(socket: Socket): void {
  socket.write('220 hello\r\n');
  const timer = setInterval(() => socket.write('250-hello\r\n'), 20);
  socket.on('close', () => clearInterval(timer));
}
