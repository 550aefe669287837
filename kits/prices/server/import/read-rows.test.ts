import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ImportOptions, importPrices } from './import-prices.ts';
import type { ImportFormat } from './read-rows.ts';
import type { ImportedPrice } from './row.ts';

async function run(
  body: string | Uint8Array | AsyncIterable<Uint8Array | string>,
  format: ImportFormat = 'csv',
  options: ImportOptions = {},
) {
  const rows: ImportedPrice[] = [];
  const stream =
    typeof body === 'string' || body instanceof Uint8Array
      ? Readable.from([Buffer.from(body as string)])
      : body;
  const result = await importPrices(
    stream,
    format,
    async (batch) => {
      rows.push(...batch);
      return undefined;
    },
    undefined,
    options,
  );
  return { ...result, taken: rows, told: result.faults.map(({ line, fault }) => [line, fault]) };
}

const tl = (amount: number) => ({ amount, currency: 'TRY' });

describe('CSV', () => {
  test.each([
    ['commas', 'id,price,currency\na,"1.299,90",TRY\n'],
    ['semicolons', 'id;price;currency\na;1.299,90;TRY\n'],
    ['tabs', 'id\tprice\tcurrency\na\t1.299,90\tTRY\n'],
    ['a byte order mark', '\ufeffid;price;currency\na;1.299,90;TRY\n'],
    ['line ends of Windows', 'id;price;currency\r\na;1.299,90;TRY\r\n'],
    ['no end of the last line', 'id;price;currency\na;1.299,90;TRY'],
    ['empty lines', '\n\nid;price;currency\n\na;1.299,90;TRY\n\n\n'],
    ["Excel's own line", 'sep=;\nid;price;currency\na;1.299,90;TRY\n'],
    ['the currency in the price', 'id;price\na;1.299,90 TL\n'],
    ['minor units', 'id;amount;currency\na;129990;TRY\n'],
    ['a sign for the code', 'id;price;currency\na;1.299,90;TL\n'],
    ['columns of no concern', 'x;ID ;y;Price;Currency\n1;a;2;1.299,90;TRY\n'],
    ['columns in Turkish', 'Ürün ID;Fiyat;Para Birimi\na;1.299,90;TRY\n'],
    ['delimiters at the end', 'id;price;currency\na;1.299,90;TRY;;\n'],
  ])('with %s', async (_, text) => {
    const { taken, refused } = await run(text);
    expect(refused).toBe(0);
    expect(taken).toMatchObject([{ id: 'a', price: tl(129_990) }]);
  });

  test('takes quoted fields with delimiters, quotes and line breaks, and says where a row begins', async () => {
    const { told, taken } = await run(
      'sku;name;price\nA-1;"Kahve; ""büyük""";90 TL\nA-2;TV 55" LED;91 TL\nA-3;"iki\nsatır";92 TL\nA-4;x;93 TL\n',
    );
    expect(taken).toEqual([
      { line: 2, sku: 'A-1', name: 'Kahve; "büyük"', price: tl(9000) },
      { line: 3, sku: 'A-2', name: 'TV 55" LED', price: tl(9100) },
      { line: 6, sku: 'A-4', name: 'x', price: tl(9300) },
    ]);
    // A name is of one line.
    expect(told).toEqual([[4, 'bad_field']]);
  });

  test('a bad row is told by its line, and the good ones go in', async () => {
    const rows = [
      'a;90 TL;',
      'b;NaN;TRY',
      'c;-5;TRY',
      'd;1e400;TRY',
      'e;12,50;',
      'f;12,50;ZZZ',
      ';90;TRY',
      'g;90',
      'h;90;TRY;more',
      'i;100-200;TRY',
      'j;;TRY',
      'k;12,345;TRY',
      'l;12,34567;TRY',
      'm;$90;TRY',
      'n;91;TRY',
    ];
    const {
      taken,
      told,
      imported,
      refused,
      rows: count,
    } = await run(`id;price;currency\n${rows.join('\n')}`);
    expect(taken.map(({ id }) => id)).toEqual(['a', 'k', 'n']);
    expect([imported, refused, count]).toEqual([3, 12, 15]);
    expect(told).toEqual([
      [3, 'not_a_price'],
      [4, 'negative'],
      [5, 'not_a_price'],
      [6, 'no_currency'],
      [7, 'unknown_currency'],
      [8, 'no_product'],
      [9, 'wrong_columns'],
      [10, 'wrong_columns'],
      [11, 'ambiguous'],
      [12, 'empty'],
      [14, 'too_precise'],
      [15, 'currency_conflict'],
    ]);
  });

  test('an unquoted decimal comma among commas is refused, not read as another price', async () => {
    const { told } = await run('id,price,currency\na,12,50,TRY\n');
    expect(told).toEqual([[2, 'wrong_columns']]);
  });

  test('a quote that is never closed costs one row', async () => {
    const many = Array.from({ length: 50 }, (_, index) => `p${index};90 TL;x`).join('\n');
    const { told, imported } = await run(`id;price;name\na;90 TL;"oops\n${many}\n`);
    expect(told).toEqual([[2, 'bad_quotes']]);
    expect(imported).toBe(50);
  });

  test('takes the currency of the whole file where a row names none', async () => {
    const { taken } = await run('id;price\na;90\n', 'csv', { currency: 'TRY' });
    expect(taken).toMatchObject([{ price: tl(9000) }]);
  });

  test('reads the encoding that it is told, and refuses rows that are in another', async () => {
    // "Ayakkabı" in windows-1254.
    const bytes = Buffer.concat([Buffer.from('id;price;name\na;90 TL;Ayakkab'), Buffer.from([0xfd])]);
    expect((await run(bytes, 'csv', { charset: 'windows-1254' })).taken).toMatchObject([
      { name: 'Ayakkabı' },
    ]);
    expect((await run(bytes)).told).toEqual([[2, 'bad_encoding']]);
  });

  test.each([
    ['nothing', ''],
    ['no price', 'id;name\na;b\n'],
    ['no product', 'name;price\na;90 TL\n'],
    ['a column twice', 'id;price;price\na;90 TL;91 TL\n'],
    ['something else', '<html><body>price</body></html>'],
    ['a first line that is too long', `${'x'.repeat(100_000)}\n`],
  ])('stops at a header with %s', async (_, text) => {
    const { stopped, rows } = await run(text);
    expect(stopped?.reason).toBe('bad_header');
    expect(rows).toBe(0);
  });
});

describe('JSON lines', () => {
  test('take numbers, texts, minor units and money', async () => {
    const lines = [
      { id: 'a', price: 12.5, currency: 'TRY' },
      { sku: 7, price: '12,50 TL', name: 'x', brand: 'y' },
      { url: 'https://shop.example/a', amount: 1250, currency: 'TRY' },
      { id: 'd', price: { amount: 1250, currency: 'TRY' } },
    ];
    const { taken, refused } = await run(lines.map((line) => JSON.stringify(line)).join('\n'), 'jsonl');
    expect(refused).toBe(0);
    expect(taken).toEqual([
      { line: 1, id: 'a', price: tl(1250) },
      { line: 2, sku: '7', name: 'x', brand: 'y', price: tl(1250) },
      { line: 3, url: 'https://shop.example/a', price: tl(1250) },
      { line: 4, id: 'd', price: tl(1250) },
    ]);
  });

  test.each([
    ['{"id":"a","price":12.5', 'bad_json'],
    ['[1]', 'bad_json'],
    ['null', 'bad_json'],
    ['"a"', 'bad_json'],
    ['{"id":"a","price":NaN,"currency":"TRY"}', 'bad_json'],
    ['{"id":"a","price":1e400,"currency":"TRY"}', 'not_a_price'],
    ['{"id":"a","price":-5,"currency":"TRY"}', 'negative'],
    ['{"id":"a","price":null,"currency":"TRY"}', 'empty'],
    ['{"id":"a","price":true,"currency":"TRY"}', 'not_a_price'],
    ['{"id":"a","price":[90],"currency":"TRY"}', 'not_a_price'],
    ['{"id":"a","price":12.345,"currency":"TRY"}', 'too_precise'],
    ['{"id":"a","price":12.5}', 'no_currency'],
    ['{"id":"a","price":12.5,"currency":90}', 'unknown_currency'],
    ['{"id":"a","amount":"12,50","currency":"TRY"}', 'not_a_price'],
    ['{"id":"a","amount":12.5,"currency":"TRY"}', 'not_a_price'],
    ['{"id":"a","amount":9007199254740993,"currency":"TRY"}', 'too_large'],
    ['{"id":"a","price":{"amount":"12,50","currency":"TRY"}}', 'not_a_price'],
    ['{"id":{"a":1},"price":12.5,"currency":"TRY"}', 'bad_field'],
    ['{"id":1.5,"price":12.5,"currency":"TRY"}', 'bad_field'],
    ['{"id":"a\\u0000","price":12.5,"currency":"TRY"}', 'bad_field'],
    [`{"id":"${'x'.repeat(201)}","price":12.5,"currency":"TRY"}`, 'bad_field'],
    ['{"url":"javascript:alert(1)","price":12.5,"currency":"TRY"}', 'bad_field'],
    ['{"price":12.5,"currency":"TRY"}', 'no_product'],
    ['{"__proto__":{"id":"a"},"price":12.5,"currency":"TRY"}', 'no_product'],
  ])('refuse %s', async (text, fault) => {
    expect((await run(`${text}\n{"id":"b","price":"90 TL"}`, 'jsonl')).told).toEqual([[1, fault]]);
  });

  test('a line that is too long costs one row, however long it is', async () => {
    async function* body() {
      yield '{"id":"a","price":"90 TL"}\n{"id":"';
      for (let chunk = 0; chunk < 100; chunk += 1) yield 'x'.repeat(10_000);
      yield '","price":"90 TL"}\n{"id":"c","price":"90 TL"}';
    }
    const { told, imported } = await run(body(), 'jsonl');
    expect(told).toEqual([[2, 'line_too_long']]);
    expect(imported).toBe(2);
  });
});

/** JSON lines of so many rows; tells how many were asked for. */
function endless(rows = Number.POSITIVE_INFINITY) {
  const state = { given: 0, ended: false };
  async function* body() {
    try {
      for (; state.given < rows; state.given += 1) yield `{"id":"p${state.given}","price":"90 TL"}\n`;
    } finally {
      state.ended = true;
    }
  }
  return { state, body: body() };
}

test('goes to the sink in batches, no faster than they are taken', async () => {
  const { state, body } = endless(1000);
  const sizes: number[] = [];
  const progress: number[] = [];
  const result = await importPrices(
    body,
    'jsonl',
    async (batch) => {
      const { given } = state;
      sizes.push(batch.length);
      // Whoever takes its time is not overrun.
      await new Promise((resolve) => setImmediate(resolve));
      expect(state.given).toBe(given);
      return undefined;
    },
    ({ rows }) => progress.push(rows),
    { batch: 300 },
  );
  expect(sizes).toEqual([300, 300, 300, 100]);
  expect(progress).toEqual([300, 600, 900, 1000]);
  expect(result).toMatchObject({ rows: 1000, imported: 1000, refused: 0 });
});

test('counts and tells the rows that the sink refuses', async () => {
  const { body } = endless(10);
  const result = await importPrices(
    body,
    'jsonl',
    async (batch) =>
      batch
        .filter(({ line }) => line % 2 === 0)
        .map(({ line }) => ({ line, fault: 'no_product' as const, message: 'There is no such product.' })),
    undefined,
    { batch: 3 },
  );
  expect(result).toMatchObject({ rows: 10, imported: 5, refused: 5 });
  expect(result.faults.map(({ line }) => line)).toEqual([2, 4, 6, 8, 10]);
});

test('keeps a thousand faults and counts them all', async () => {
  const { faults, refused, imported } = await run('x\n'.repeat(5000), 'jsonl');
  expect([faults.length, refused, imported]).toEqual([1000, 5000, 0]);
});

test('ends at its limits with what it has, and lets the stream go', async () => {
  const rows = endless();
  const byRows = await run(rows.body, 'jsonl', { maxRows: 700 });
  expect(byRows).toMatchObject({ rows: 700, imported: 700, stopped: { reason: 'too_many_rows' } });
  expect(rows.state.ended).toBe(true);

  const bytes = endless();
  const byBytes = await run(bytes.body, 'jsonl', { maxBytes: 3000 });
  expect(byBytes.stopped?.reason).toBe('too_many_bytes');
  expect(byBytes.imported).toBe(byBytes.rows);
  expect(bytes.state.ended).toBe(true);

  const line = await run('x'.repeat(1_000_000), 'csv', { maxBytes: 1000 });
  expect(line).toMatchObject({ rows: 0, stopped: { reason: 'too_many_bytes' } });
});

test('can be called off between rows, and while the stream says nothing', async () => {
  const abort = new AbortController();
  const { state, body } = endless();
  let batches = 0;
  const result = await importPrices(
    body,
    'jsonl',
    async () => {
      batches += 1;
      abort.abort();
      return undefined;
    },
    undefined,
    { signal: abort.signal, batch: 100 },
  );
  expect(result).toMatchObject({ imported: 100, stopped: { reason: 'aborted' } });
  expect(batches).toBe(1);
  expect(state.given).toBeLessThan(1000);

  const silent = new AbortController();
  const stream = new Readable({ read() {} });
  const importing = run(stream, 'jsonl', { signal: silent.signal });
  silent.abort();
  expect((await importing).stopped?.reason).toBe('aborted');
  expect(stream.destroyed).toBe(true);
});

test('what the sink or the stream throws is thrown', async () => {
  const fails = () => Promise.reject(new Error('no database'));
  await expect(importPrices(endless().body, 'jsonl', fails)).rejects.toThrow('no database');
  async function* broken() {
    yield '{"id":"a","price":"90 TL"}\n';
    throw new Error('cut');
  }
  await expect(run(broken(), 'jsonl')).rejects.toThrow('cut');
});

test('the cuts between chunks make no difference, and anything is answered row by row', async () => {
  const text = fc.stringMatching(/^[a-c0-9;",.\n\r\u00fc 😀-]{0,200}$/u);
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(20), { maxLength: 30 }), async (body, cuts) => {
      const bytes = Buffer.from(`id;price;name\n${body}`);
      async function* pieces() {
        let at = 0;
        for (const cut of cuts) {
          yield bytes.subarray(at, at + cut);
          at += cut;
        }
        yield bytes.subarray(at);
      }
      const whole = await run(bytes, 'csv', { currency: 'TRY' });
      expect(await run(pieces(), 'csv', { currency: 'TRY' })).toEqual(whole);
      expect(whole.rows).toBe(whole.imported + whole.refused);
    }),
  );
});
