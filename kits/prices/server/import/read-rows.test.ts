import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ImportFormat, type ReadOptions, readRows } from './read-rows.ts';
import { ImportError, type ImportedPrice, isFault, type RowFault } from './row.ts';

async function run(
  body: string | AsyncIterable<string>,
  format: ImportFormat = 'csv',
  options: ReadOptions = {},
) {
  const taken: ImportedPrice[] = [];
  const faults: RowFault[] = [];
  async function* whole() {
    yield body as string;
  }
  for await (const row of readRows(typeof body === 'string' ? whole() : body, format, options)) {
    if (isFault(row)) faults.push(row);
    else taken.push(row);
  }
  return { taken, told: faults.map(({ line, fault }) => [line, fault]) };
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
    ["Excel's own line, of Windows", 'sep=;\r\nid;price;currency\r\na;1.299,90;TRY\r\n'],
    ['columns of no concern', 'x;ID ;y;Price;Currency\n1;a;2;1.299,90;TRY\n'],
    ['columns in Turkish', 'Ürün ID;Fiyat;Para Birimi\na;1.299,90;TRY\n'],
    ['delimiters at the end', 'id;price;currency\na;1.299,90;TRY;;\n'],
  ])('with %s', async (_, text) => {
    const { taken, told } = await run(text);
    expect(told).toEqual([]);
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
    const { taken, told } = await run(`id;price;currency\n${rows.join('\n')}`);
    expect(taken.map(({ id }) => id)).toEqual(['a', 'k', 'n']);
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
    const { told, taken } = await run(`id;price;name\na;90 TL;"oops\n${many}\n`);
    expect(told).toEqual([[2, 'bad_quotes']]);
    expect(taken).toHaveLength(50);
  });

  test('a quoted text has no more than twenty lines, and those of one that has are rows of their own', async () => {
    const text = (lines: number) => `id;price;name\na;90 TL;"x${'\nb;91 TL;y'.repeat(lines)}"\n`;
    // A name is of one line.
    expect((await run(text(20))).told).toEqual([[2, 'bad_field']]);
    const { told, taken } = await run(text(21));
    expect(told).toEqual([[2, 'bad_quotes']]);
    expect(taken).toHaveLength(21);
  });

  test('refuses rows whose bytes were not in the encoding of the file', async () => {
    expect((await run('id;price;name\na;90 TL;Ayakkab\ufffd\n')).told).toEqual([[2, 'bad_encoding']]);
  });

  test('takes the currency of the whole file where a row names none', async () => {
    const { taken } = await run('id;price\na;90\n', 'csv', { currency: 'TRY' });
    expect(taken).toMatchObject([{ price: tl(9000) }]);
  });

  test.each([
    ['nothing', ''],
    ['no price', 'id;name\na;b\n'],
    ['no product', 'name;price\na;90 TL\n'],
    ['a column twice', 'id;price;price\na;90 TL;91 TL\n'],
    ['something else', '<html><body>price</body></html>'],
    ['a first line that is too long', `${'x'.repeat(100_000)}\n`],
  ])('stops at a header with %s', async (_, text) => {
    await expect(run(text)).rejects.toThrow(ImportError);
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
    const { taken, told } = await run(lines.map((line) => JSON.stringify(line)).join('\n'), 'jsonl');
    expect(told).toEqual([]);
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
    const { told, taken } = await run(body(), 'jsonl');
    expect(told).toEqual([[2, 'line_too_long']]);
    expect(taken).toHaveLength(2);
  });
});

test('reads no faster than rows are taken, and lets the source go when no more are', async () => {
  let given = 0;
  let ended = false;
  async function* endless() {
    try {
      for (; ; given += 1) yield `{"id":"p${given}","price":"90 TL"}\n`;
    } finally {
      ended = true;
    }
  }
  const rows = readRows(endless(), 'jsonl');
  for (let row = 0; row < 10; row += 1) await rows.next();
  expect(given).toBe(9);
  await rows.return(undefined);
  expect(ended).toBe(true);
});

test('lines that are no rows leave the event loop to others between the pieces, though the source never waits', async () => {
  const pieces = 50;
  let turns = 0;
  const turn = () => {
    turns += 1;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  async function* empty() {
    for (let piece = 0; piece < pieces; piece += 1) yield '\n'.repeat(100);
  }
  expect(await run(empty(), 'jsonl')).toEqual({ taken: [], told: [] });
  clearImmediate(next);
  expect(turns).toBeGreaterThanOrEqual(pieces - 1);
});

test('what the source throws is thrown', async () => {
  async function* broken() {
    yield '{"id":"a","price":"90 TL"}\n';
    throw new Error('cut');
  }
  await expect(run(broken(), 'jsonl')).rejects.toThrow('cut');
});

test('the cuts between chunks make no difference, and anything is answered row by row', {
  timeout: 60_000,
}, async () => {
  const bodies = fc.stringMatching(/^[a-c0-9;",.\n\r\u00fc 😀-]{0,200}$/u);
  await fc.assert(
    fc.asyncProperty(bodies, fc.array(fc.nat(20), { maxLength: 30 }), async (body, cuts) => {
      const text = `\ufeffid;price;name\n${body}`;
      async function* pieces() {
        let at = 0;
        for (const cut of cuts) {
          yield text.slice(at, at + cut);
          at += cut;
        }
        yield text.slice(at);
      }
      const whole = await run(text, 'csv', { currency: 'TRY' });
      expect(await run(pieces(), 'csv', { currency: 'TRY' })).toEqual(whole);
    }),
  );
});
