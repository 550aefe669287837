import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Api, Body } from './support/api.ts';
import { NativeClient } from './support/native-client.ts';
import { testToken } from './support/start-core.ts';
import { lira, type RunningPrices, startPrices } from './support/start-prices.ts';
import { onTeardown } from './support/teardown.ts';

const CSV = { 'content-type': 'text/csv' };
const LINES = { 'content-type': 'application/x-ndjson' };

const importing = (
  api: Api,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>>,
  query = '',
) => api.post(`/prices/imports${query}`, body, headers);

const products = async ({ backend }: RunningPrices) =>
  ((await backend.get('/prices/products?limit=200')).body.products as Body[]).map(
    ({ id, name, amount, currency, brand, owner, version }) => ({
      id,
      name,
      amount,
      currency,
      brand,
      owner,
      version,
    }),
  );

/** Sends the begin of a body, and leaves the rest to the test. */
function begin(prices: RunningPrices, bearer: string, text: string) {
  const { promise, resolve } = Promise.withResolvers<number>();
  const headers = { ...CSV, authorization: `Bearer ${bearer}` };
  const sending = request(`${prices.url}/api/v1/prices/imports`, { method: 'POST', headers, agent: false });
  sending.on('response', (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  sending.on('error', () => resolve(0));
  sending.write(text);
  onTeardown(() => sending.destroy());
  return { sending, status: promise };
}

describe('an import', () => {
  it('of CSV adds and changes products; a bad row is told by its line, the good ones go in', async () => {
    const prices = await startPrices();
    await prices.backend.call('PUT', '/prices/products/p1', { name: 'Eski', price: lira(100) });
    await prices.as('bob').call('PUT', '/prices/products/bobs', { name: 'Bobs', price: lira(100) });
    await prices.as('alice').call('PUT', '/prices/products/mine', { name: 'Mine', price: lira(100) });
    const csv = [
      'ürün kodu;ürün adı;fiyat;para birimi;marka',
      'new-1;"Kahve; makinesi";1.299,90 TL;;Marka',
      'mine;;90;TRY;',
      'new-2;<b>X</b>;12,50;TRY;',
      'new-3;Y;-5;TRY;',
      'new-4;Z;NaN;TRY;',
      'new-5;W;1e400;TRY;',
      'new-6;V;10;ZZZ;',
      'bobs;;1;TRY;',
      'new-7;;10;TRY;',
      'mine;;5;EUR;',
      '__proto__;P;5;TRY;',
      'new-8;Q',
      ';No id;5;TRY;',
      'new-9;Nothing;0;TRY;',
      'new-1;;1.200,00 TL;;',
      '',
    ].join('\r\n');
    const { status, body, headers } = await importing(prices.as('alice'), csv, CSV);
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/api/v1/prices/imports/${body.id}`);
    expect(body).toMatchObject({ state: 'done', rows: 15, added: 2, changed: 2, refused: 11, error: null });
    expect((body.faults as Body[]).map(({ line, fault }) => [line, fault])).toEqual([
      [5, 'negative'],
      [6, 'not_a_price'],
      [7, 'not_a_price'],
      [8, 'unknown_currency'],
      [9, 'forbidden'],
      [10, 'invalid_request'],
      [11, 'invalid_request'],
      [12, 'invalid_request'],
      [13, 'wrong_columns'],
      [14, 'no_product'],
      [15, 'invalid_request'],
    ]);
    expect(await products(prices)).toEqual([
      {
        id: 'new-2',
        name: '<b>X</b>',
        amount: 1250,
        currency: 'TRY',
        brand: null,
        owner: 'alice',
        version: 1,
      },
      {
        ...{ id: 'new-1', name: 'Kahve; makinesi', amount: 120_000, currency: 'TRY' },
        ...{ brand: 'Marka', owner: 'alice', version: 2 },
      },
      expect.objectContaining({ id: 'mine', name: 'Mine', amount: 9000, version: 2 }),
      expect.objectContaining({ id: 'bobs', amount: 10_000, version: 1 }),
      expect.objectContaining({ id: 'p1', amount: 10_000, version: 1 }),
    ]);
  });

  it('of JSON lines does the same, and finds products by their address', async () => {
    const prices = await startPrices();
    const rows = [
      { id: 'a', name: 'A', price: lira(5) },
      { url: 'https://shop.example/b', name: 'B', price: 12.5, currency: 'TRY' },
      { url: 'https://shop.example:443/b', price: '11,50 TL' },
      '{"id":"c","name":"C","price":{"amount":1e400,"currency":"TRY"}}',
      '{"id":"d"',
      { id: 'x'.repeat(70), name: 'D', price: lira(5) },
      { id: 'e', name: 'x'.repeat(151), price: lira(5) },
      '{"__proto__":{"id":"f"},"name":"F","price":"5 TL"}',
    ];
    const body = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');
    const { body: report } = await importing(prices.backend, body, LINES);
    expect(report).toMatchObject({ state: 'done', rows: 8, added: 2, changed: 1, refused: 5 });
    expect((report.faults as Body[]).map(({ line }) => line)).toEqual([4, 5, 6, 7, 8]);
    expect(await products(prices)).toMatchObject([
      { name: 'B', amount: 1150, version: 2, owner: null },
      { id: 'a', amount: 500 },
    ]);
  });

  it('of a user never touches somebody else’s product of the same address', async () => {
    const prices = await startPrices();
    const url = 'https://shop.example/1';
    await prices.add({ url, name: 'Bobs' }, prices.as('bob'));
    const row = JSON.stringify({ url, name: 'Mine', price: lira(5) });
    for (const counts of [{ added: 1 }, { added: 0, changed: 0 }])
      expect((await importing(prices.as('alice'), row, LINES)).body).toMatchObject({ ...counts, refused: 0 });
    expect(await products(prices)).toMatchObject([
      { name: 'Mine', owner: 'alice', amount: 500 },
      { name: 'Bobs', owner: 'bob', amount: 10_000 },
    ]);
  });

  it('tells watchers of what has fallen', async () => {
    const prices = await startPrices();
    await prices.backend.call('PUT', '/prices/products/p1', { name: 'P', price: lira(100) });
    await prices.as('bob').call('PUT', '/prices/watches/p1', { threshold: { kind: 'percent', percent: 10 } });
    await importing(prices.backend, 'id,price,currency\np1,95,TRY\np1,90,TRY\np1,80,TRY\n', CSV);
    expect(await prices.told('bob')).toMatchObject([{ data: { new: lira(90) } }]);
  });

  it('in other encodings and locales is read as it says', async () => {
    const prices = await startPrices();
    // "ç" and "ş" of Windows-1254.
    const body = Buffer.from('id,name,price\na,Ta\xe7 ve \xfeapka,"1.299"\n', 'latin1');
    const type = { 'content-type': 'text/csv; charset=windows-1254' };
    const { body: report } = await importing(prices.backend, body, type, '?currency=TRY&locale=tr');
    expect(report).toMatchObject({ added: 1, refused: 0 });
    expect(await products(prices)).toMatchObject([{ name: 'Taç ve şapka', amount: 129_900 }]);
    // In the wrong one, the row is refused and the next is not.
    const { body: wrong } = await importing(
      prices.backend,
      Buffer.concat([body, Buffer.from('b,B,5\n')]),
      CSV,
      '?currency=TRY',
    );
    expect(wrong).toMatchObject({ added: 1, refused: 1, faults: [{ line: 2, fault: 'bad_encoding' }] });
    const { body: nul } = await importing(prices.backend, 'id,name,price\nc,C\0,5 TL\n', CSV);
    expect(nul).toMatchObject({ added: 0, refused: 1 });
  });

  it('tells how far it is, to its owner', async () => {
    const prices = await startPrices();
    const rows = Array.from({ length: 250 }, (_, n) => `sku-${n},Product ${n},${n + 1} TL`);
    const { body } = await importing(prices.as('alice'), ['id,name,price', ...rows].join('\n'), CSV);
    expect(body).toMatchObject({ state: 'done', rows: 250, added: 250, channel: `import:${body.id}` });
    const alice = await NativeClient.welcomed(prices.url, { token: testToken('alice') });
    const bob = await NativeClient.welcomed(prices.url, { token: testToken('bob') });
    expect((await bob.ask('subscribe', { channels: [body.channel] })).error?.code).toBe('forbidden');
    const [answer] = await alice.subscribe({ channel: body.channel, last: 10 });
    const events = [...(answer?.events ?? [])];
    while (events.at(-1)?.data?.state !== 'done') events.push(await alice.event());
    expect(events.map(({ event, data }) => [event, data?.state, data?.rows])).toEqual([
      ['import_progress', 'running', 100],
      ['import_progress', 'running', 200],
      ['import_progress', 'done', 250],
    ]);
    const path = `/prices/imports/${body.id}`;
    expect((await prices.as('alice').get(path)).body).toEqual(body);
    expect((await prices.backend.get(path)).body).toEqual(body);
    expect((await prices.as('bob').get(path)).body).toMatchObject({ code: 'not_found' });
    expect((await prices.as('alice').get('/prices/imports/0-0')).body).toMatchObject({ code: 'not_found' });
    expect((await prices.as('alice').get('/prices/imports/__proto__')).body).toMatchObject({
      code: 'invalid_request',
    });
  });

  it('that is sent again under its key is done once', async () => {
    const prices = await startPrices();
    const body = 'url,name,price\nhttps://shop.example/1,One,5 TL\n';
    const send = (text: string) => importing(prices.backend, text, { ...CSV, 'idempotency-key': 'monday' });
    const [first, second] = await Promise.all([send(body), send(body)]);
    expect(second?.body.id).toBe(first?.body.id);
    expect((await send(`${body}https://shop.example/2,Two,5 TL\n`)).body).toMatchObject({
      code: 'key_conflict',
    });
    expect(await products(prices)).toMatchObject([{ name: 'One' }]);
  });
});

describe('an import that cannot be', () => {
  it('is refused by what it is', async () => {
    const prices = await startPrices({ importBytes: 1000 });
    const good = 'id,name,price\na,A,5 TL\n';
    const code = async (
      body: string,
      headers: Readonly<Record<string, string>>,
      query = '',
      api = prices.backend,
    ) => (await importing(api, body, headers, query)).body.code;
    expect(await code(good, { 'content-type': 'application/json' })).toBe('malformed_message');
    expect(await code('{}', { 'content-type': 'application/json' })).toBe('unsupported_media_type');
    expect(await code(good, { 'content-type': 'text/plain' })).toBe('unsupported_media_type');
    expect(await code(good, { 'content-type': 'text/csv; charset=klingon' })).toBe('unsupported_media_type');
    expect(await code(good, CSV, '?currency=ZZZ')).toBe('invalid_request');
    expect(await code(good, CSV, '?locale=1')).toBe('invalid_request');
    expect(await code('', CSV)).toBe('malformed_message');
    expect(await code(good.repeat(50), CSV)).toBe('message_too_large');
    expect(await code(good, CSV, '', prices.backend.as(undefined))).toBe('unauthenticated');
    const { body } = await importing(prices.backend, 'a,b\n1,2\n', CSV);
    expect(body).toMatchObject({ state: 'failed', rows: 0, error: expect.stringContaining('column') });
    expect(await products(prices)).toEqual([]);
  });

  it('that breaks off leaves nothing', async () => {
    const prices = await startPrices();
    const head = 'id,name,price\na,A,5 TL\n';
    const begun = Array.from({ length: 5 }, () => begin(prices, testToken('alice'), head));
    const another = async () => (await importing(prices.as('alice'), 'id,price\n', CSV)).body;
    await expect.poll(another).toMatchObject({ code: 'limit_reached' });
    for (const { sending } of begun) sending.destroy();
    expect(await Promise.all(begun.map(({ status }) => status))).toEqual([0, 0, 0, 0, 0]);
    // Nothing of them is in the way any more.
    await expect.poll(another).toMatchObject({ state: 'done', rows: 0 });
    expect(await products(prices)).toEqual([]);
  });

  it('is one too many of a user, while others are under way', async () => {
    const prices = await startPrices();
    const head = 'id,name,price\n';
    const begun = Array.from({ length: 5 }, () => begin(prices, testToken('alice'), head));
    const next = async () => (await importing(prices.as('alice'), `${head}a,A,5 TL\n`, CSV)).body;
    await expect.poll(next).toMatchObject({ code: 'limit_reached' });
    expect((await importing(prices.as('bob'), `${head}b,B,5 TL\n`, CSV)).status).toBe(202);
    for (const [n, { sending }] of begun.entries()) sending.end(`c${n},C,5 TL\n`);
    expect(await Promise.all(begun.map(({ status }) => status))).toEqual([202, 202, 202, 202, 202]);
    expect(await next()).toMatchObject({ state: 'done' });
  });
});
