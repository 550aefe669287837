import { describe, expect, it } from 'vitest';
import type { ChatMessage, Ticket } from '../kits/market/events.ts';
import type { Answer, Api } from './support/api.ts';
import { bothDatabases, DATABASES } from './support/kitchen/both-databases.ts';
import { MINUTE, startTimedMarket } from './support/market/start-timed-market.ts';
import type { Message } from './support/native-client.ts';

const configOf = bothDatabases();
const AGENT = { roles: ['support'] };

let tests = 0;

const ticketOf = ({ status, body, text }: Answer, expected = 200): Ticket => {
  expect(status, text).toBe(expected);
  return body as unknown as Ticket;
};

async function messagesOf(api: Api, id: number, query = ''): Promise<readonly ChatMessage[]> {
  const { status, body, text } = await api.get(`/market/tickets/${id}/messages${query}`);
  expect(status, text).toBe(200);
  return body.messages as ChatMessage[];
}

describe.each(DATABASES)('the support on %s', (kind) => {
  const start = async () => {
    tests += 1;
    const market = await startTimedMarket({ config: configOf(kind), options: { maxTickets: 3 } });
    const [olena, ayse, mert] = [`olena-${tests}`, `ayse-${tests}`, `mert-${tests}`] as const;
    const { as } = market;
    const open = async (fields: object = {}, user: string = olena) =>
      ticketOf(await as(user).post('/market/tickets', { subject: 'Where is my order?', ...fields }), 201);
    const agent = (name: string) => as(name, { ...AGENT, name: name.toUpperCase() });
    return { ...market, olena, ayse, mert, open, agent };
  };

  it('takes a question to the queue, and an answer back', async () => {
    const { as, olena, ayse, agent, native, open, inbox, clock } = await start();
    const [user, queue] = await Promise.all([native(olena), native(ayse, AGENT, 'support:queue')]);
    const ticket = await open({ text: '  It was shipped a week ago.\r\n<b>Help</b>  ' });
    expect(ticket).toEqual({
      ticket_id: ticket.ticket_id,
      user_id: olena,
      user_name: olena,
      subject: 'Where is my order?',
      order_id: null,
      status: 'open',
      agent_id: null,
      agent_name: null,
      last_seq: 1,
      unread: 0,
      channel: `support:${ticket.ticket_id}`,
      created: clock.now(),
      updated: clock.now(),
    });
    const { unread: _, ...told } = ticket;
    const ofTicket = ({ data }: Message) =>
      (data?.ticket as Ticket | undefined)?.ticket_id === ticket.ticket_id;
    expect((await queue.event(ofTicket)).data).toEqual({ ticket: told, at: clock.now() });
    const listed = (await agent(ayse).get('/market/tickets?queue=1')).body.tickets as Ticket[];
    expect(listed.find(({ ticket_id }) => ticket_id === ticket.ticket_id)).toEqual({ ...ticket, unread: 1 });

    const [{ channel = '' } = {}] = await user.subscribe(ticket.channel);
    expect(channel).toBe(ticket.channel);
    clock.jump(MINUTE);
    const id = ticket.ticket_id;
    const answer = { ticket_id: id, text: 'Let me see.', id: 7 };
    const [one, again] = await Promise.all([
      agent(ayse).post('/commands/chat_message', answer),
      agent(ayse).post('/commands/chat_message', answer),
    ]);
    expect(one.body).toEqual({
      ticket_id: id,
      seq: 2,
      from: 'agent',
      user_id: ayse,
      name: ayse.toUpperCase(),
      text: 'Let me see.',
      client_id: '7',
      timestamp: new Date(clock.now()).toISOString(),
      at: clock.now(),
    });
    expect(again.body).toEqual(one.body);
    for (const channel of [`support:${id}`, `user:${olena}`])
      expect((await user.event((event) => event.channel === channel && event.data?.seq === 2)).data).toEqual(
        one.body,
      );
    // Who answers has taken it.
    expect((await queue.event(ofTicket)).data).toMatchObject({
      ticket: { status: 'taken', agent_id: ayse, agent_name: ayse.toUpperCase(), last_seq: 2 },
    });
    for (const where of [`support:${id}`, `user:${olena}`])
      expect(
        (await user.event(({ channel, event }) => channel === where && event === 'TICKET_UPDATED')).data,
      ).toMatchObject({
        ticket: { status: 'taken', agent_name: ayse.toUpperCase() },
      });

    // Of what is unread, the first is notified of.
    await agent(ayse).post(`/market/tickets/${id}/messages`, { text: 'It is in Lviv.' });
    expect(ticketOf(await as(olena).get(`/market/tickets/${id}`)).unread).toBe(2);
    expect(await inbox(olena, 'market.support')).toMatchObject([
      { title: 'Support replied: Where is my order?', message: 'Let me see.', url: `/market?ticket=${id}` },
    ]);
    expect(ticketOf(await as(olena).call('PUT', `/market/tickets/${id}/read`, {})).unread).toBe(0);
    expect((await user.event(({ event }) => event === 'CHAT_READ')).data).toMatchObject({
      ticket_id: id,
      by: 'user',
      seq: 3,
    });
    await agent(ayse).call('PUT', `/market/tickets/${id}/read`, { seq: 1 });
    await as(olena).post('/commands/chat_message', { ticket_id: id, text: 'Дякую!' });
    expect(await inbox(ayse, 'market.support')).toMatchObject([
      { title: `${olena} wrote: Where is my order?`, message: 'Дякую!' },
    ]);
    expect((await messagesOf(as(olena), id)).map(({ seq, from, text }) => [seq, from, text])).toEqual([
      [1, 'user', 'It was shipped a week ago.\n<b>Help</b>'],
      [2, 'agent', 'Let me see.'],
      [3, 'agent', 'It is in Lviv.'],
      [4, 'user', 'Дякую!'],
    ]);

    expect(ticketOf(await as(olena).post(`/market/tickets/${id}/close`)).status).toBe('closed');
    for (const where of [`support:${id}`, `user:${olena}`])
      expect(
        (await user.event(({ channel, event }) => channel === where && event === 'TICKET_UPDATED')).data,
      ).toMatchObject({
        ticket: { status: 'closed' },
      });
    expect(ticketOf(await agent(ayse).post(`/market/tickets/${id}/close`)).status).toBe('closed');
    for (const [api, path] of [
      [as(olena), 'messages'],
      [agent(ayse), 'messages'],
      [agent(ayse), 'take'],
    ] as const)
      expect((await api.post(`/market/tickets/${id}/${path}`, { text: 'And?' })).body).toMatchObject({
        code: 'conflict',
      });
    expect(await messagesOf(as(olena), id)).toHaveLength(4);
  });

  it('gives one of several agents what they take at once', async () => {
    const { ayse, mert, agent, open } = await start();
    const { ticket_id: id } = await open();
    const takers = [ayse, mert, ayse, mert];
    const answers = await Promise.all(takers.map((name) => agent(name).post(`/market/tickets/${id}/take`)));
    const taker = answers.find(({ status }) => status === 200)?.body.agent_id as string;
    for (const [index, name] of takers.entries())
      expect(answers[index]?.body).toMatchObject(name === taker ? { agent_id: taker } : { code: 'conflict' });
    // A colleague may help all the same.
    const helper = taker === ayse ? mert : ayse;
    await agent(helper).post(`/market/tickets/${id}/messages`, { text: 'I know this one.' });
    expect(ticketOf(await agent(helper).get(`/market/tickets/${id}`))).toMatchObject({ agent_id: taker });
  });

  it('keeps one order of what both sides write at once', async () => {
    const { olena, ayse, as, agent, open, native } = await start();
    const { ticket_id: id, channel } = await open({ text: '0' });
    const client = await native(olena, {}, channel);
    const texts = Array.from({ length: 20 }, (_, n) => `${n + 1}`);
    const answers = await Promise.all(
      texts.flatMap((text) => {
        const api = Number(text) % 2 ? as(olena) : agent(ayse);
        const write = () => api.post(`/market/tickets/${id}/messages`, { text, id: text });
        return [write(), write()];
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const messages = await messagesOf(as(olena), id);
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, n) => n + 1));
    expect(new Set(messages.map(({ text }) => text))).toEqual(new Set(['0', ...texts]));
    // The first may have been told before the client was there, or not.
    const told = ({ channel: on, event, data }: Message) =>
      on === channel && event === 'CHAT_MESSAGE' && data?.seq !== 1;
    for (const _ of texts) await client.event(told);
    expect(client.messages.all.filter(told).map(({ data }) => data)).toEqual(messages.slice(1));
    expect(ticketOf(await as(olena).get(`/market/tickets/${id}`)).unread).toBe(10);
    expect(ticketOf(await agent(ayse).get(`/market/tickets/${id}`)).unread).toBe(11);
    expect(ticketOf(await as(olena).call('PUT', `/market/tickets/${id}/read`, { seq: 21 })).unread).toBe(0);
    expect(ticketOf(await as(olena).call('PUT', `/market/tickets/${id}/read`, { seq: 3 })).unread).toBe(0);

    // By pages, both ways.
    const places = async (query: string) => {
      const { messages, next } = (await as(olena).get(`/market/tickets/${id}/messages?limit=8&${query}`))
        .body as { messages: ChatMessage[]; next?: number };
      return [messages[0]?.seq, messages.at(-1)?.seq, next];
    };
    expect(await places('')).toEqual([14, 21, 14]);
    expect(await places('before=14')).toEqual([6, 13, 6]);
    expect(await places('before=6')).toEqual([1, 5, undefined]);
    expect(await places('after=10')).toEqual([11, 18, 18]);
    expect(await places('after=18')).toEqual([19, 21, undefined]);
  });

  it('notifies of long subjects and names in short', async () => {
    const { olena, agent, as, open, inbox } = await start();
    const long = '👟'.repeat(200);
    const { ticket_id: id } = await open({ subject: long });
    for (const [api, text] of [
      [agent('a'.repeat(128)), long.repeat(20)],
      [as(olena, { name: 'x'.repeat(500) }), 'Thanks'],
    ] as const)
      expect((await api.post(`/market/tickets/${id}/messages`, { text })).status).toBe(201);
    const [told] = await inbox(olena, 'market.support');
    expect(told?.title).toBe(`Support replied: ${'👟'.repeat(59)}…`);
    const [asked] = await inbox('a'.repeat(128), 'market.support');
    expect(asked?.title).toBe(`${'x'.repeat(29)}… wrote: ${'👟'.repeat(59)}…`);
  });

  it('shows who is there and who writes, to both sides alone', async () => {
    const { olena, ayse, mert, native, open } = await start();
    const { channel } = await open();
    const user = await native(olena, {}, channel, `presence:${channel}`, `typing:${channel}`);
    const agent = await native(ayse, AGENT, channel, `typing:${channel}`);
    expect(
      (await user.event(({ channel: on, data }) => on === `presence:${channel}` && data?.user === ayse))
        .event,
    ).toBe('join');
    await agent.ask('typing', { channel, active: true });
    const typing = await user.event((event) => event.channel === `typing:${channel}`);
    expect(typing).toMatchObject({ event: 'start', data: { user: ayse } });
    const stranger = await native(mert);
    for (const name of [channel, `presence:${channel}`, `typing:${channel}`, 'support:queue', 'support:x'])
      expect((await stranger.ask('subscribe', { channels: [name] })).error?.code, name).toBe('forbidden');
    expect((await stranger.ask('typing', { channel })).error?.code).toBe('forbidden');
    expect((await user.ask('subscribe', { channels: ['support:queue'] })).error?.code).toBe('forbidden');
  });

  it('refuses what cannot be, and writes nothing of it', async () => {
    const { olena, ayse, mert, as, agent, open, native } = await start();
    const { ticket_id: id } = await open({}, olena);
    const path = `/market/tickets/${id}`;
    const stranger = as(mert);
    for (const answer of [
      await stranger.get(path),
      await stranger.get(`${path}/messages`),
      await stranger.post(`${path}/messages`, { text: 'Hi' }),
      await stranger.post(`${path}/take`),
      await stranger.post(`${path}/close`),
      await stranger.call('PUT', `${path}/read`, {}),
      await as(olena).get('/market/tickets/999999'),
      await as(olena).post('/market/tickets', { subject: 'a', order_id: 999_999 }),
    ])
      expect(answer, answer.text).toMatchObject({ status: 404, body: { code: 'not_found' } });
    for (const body of [
      { text: '' },
      { text: '   ' },
      { text: 'x'.repeat(4001) },
      { text: 'a\u0000b' },
      { text: 7 },
      { text: 'a', id: 1.5 },
      { text: 'a', id: '' },
      {},
    ])
      expect((await as(olena).post(`${path}/messages`, body)).body, JSON.stringify(body)).toMatchObject({
        code: 'invalid_request',
      });
    for (const body of [{ subject: '' }, { subject: ' ' }, { subject: 'a\nb' }, { subject: 'a', text: ' ' }])
      expect((await as(olena).post('/market/tickets', body)).body, JSON.stringify(body)).toMatchObject({
        code: 'invalid_request',
      });
    expect((await as(olena).post(`${path}/take`)).body).toMatchObject({ code: 'forbidden' });
    // An agent's own ticket is answered by others.
    const own = await open({}, ayse);
    expect((await agent(ayse).post(`/market/tickets/${own.ticket_id}/take`)).body).toMatchObject({
      code: 'forbidden',
    });
    expect((await as(olena).get('/market/tickets?queue=1')).body).toMatchObject({ code: 'forbidden' });
    expect((await as(olena).get('/market/tickets?queue=yes')).body).toMatchObject({
      code: 'invalid_request',
    });
    await as(olena).post(`${path}/messages`, { text: 'one', id: 'same' });
    expect((await as(olena).post(`${path}/messages`, { text: 'two', id: 'same' })).body).toMatchObject({
      code: 'key_conflict',
    });
    expect((await messagesOf(as(olena), id)).map(({ text }) => text)).toEqual(['one']);

    await open();
    await open();
    expect((await as(olena).post('/market/tickets', { subject: 'One more' })).body).toMatchObject({
      code: 'limit_reached',
    });
    await as(olena).post(`${path}/close`);
    const key = { 'idempotency-key': 'k' };
    const twice = await Promise.all(
      [1, 2].map(() => as(olena).post('/market/tickets', { subject: 'Once' }, key)),
    );
    expect(twice[0]?.body).toMatchObject({ subject: 'Once' });
    expect(twice[1]?.body).toEqual(twice[0]?.body);
    const { tickets, next } = (await as(olena).get('/market/tickets?limit=2')).body as {
      tickets: Ticket[];
      next: number;
    };
    expect(tickets.map(({ subject }) => subject)).toEqual(['Once', 'Where is my order?']);
    const rest = (await as(olena).get(`/market/tickets?limit=2&before=${next}`)).body.tickets as Ticket[];
    expect(rest.map(({ status }) => status)).toEqual(['open', 'closed']);
    const client = await native(olena);
    expect((await client.ask('open_ticket', { data: { subject: 'Four' } })).error?.code).toBe(
      'limit_reached',
    );
  });
});
