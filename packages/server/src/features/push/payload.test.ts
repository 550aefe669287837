import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MOST_BYTES, type ShowPayload, writePayload } from './payload.ts';

const base: ShowPayload = {
  id: '01jd0000000000000000',
  ids: ['01jd0000000000000000'],
  title: 'Kettle',
  body: 'Cheaper now.',
  level: 'info',
  category: 'prices.drop',
  at: 1_795_154_729_000,
  language: 'en',
  token: 'AAAAAAAAAAAAAAAAAAAAAA',
};

const read = (text: string) => JSON.parse(text) as ShowPayload;

test('what fits is left as it is', () => {
  expect(read(writePayload({ ...base, url: '/a', data: { a: 1 } }))).toEqual({
    ...base,
    url: '/a',
    data: { a: 1 },
  });
});

test('the body goes first, then the data, then the title, then the address', () => {
  const data = { blob: 'd'.repeat(2000) };
  const long = read(writePayload({ ...base, body: 'b'.repeat(5000), data }));
  expect(long).toMatchObject({ data, body: expect.stringMatching(/^b{1000,}…$/) });
  const big = { blob: 'd'.repeat(5000) };
  const bare = read(writePayload({ ...base, body: 'b'.repeat(5000), data: big }));
  expect(bare).not.toHaveProperty('data');
  expect(bare.body).toMatch(/^b{3000,}…$/);
  const titled = read(writePayload({ ...base, title: 't'.repeat(5000), url: '/a' }));
  expect(titled).toMatchObject({ body: '', url: '/a', title: expect.stringMatching(/^t{3000,}…$/) });
  const far = read(writePayload({ ...base, url: `/${'u'.repeat(5000)}` }));
  expect(far).not.toHaveProperty('url');
  expect(far).toMatchObject({ title: 'Kettle', body: 'Cheaper now.' });
});

test('whatever is in it, it is UTF-8 of no more bytes than may be, and text is cut between characters', {
  timeout: 20_000,
}, () => {
  const unit = fc.oneof(
    fc.constantFrom('a', ' ', '"', '\\', '\n', '\u0000', 'ş', '語', '👩‍👩‍👧', '🇹🇷', 'e\u0301', '\ud83d'),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  // Few units, often: what is drawn one by one for thousands of characters would take long.
  const text = (longest: number) =>
    fc
      .tuple(fc.array(unit, { minLength: 1, maxLength: 12 }), fc.integer({ min: 0, max: longest }))
      .map(([units, times]) => units.join('').repeat(times));
  fc.assert(
    fc.property(
      text(600),
      text(60),
      fc.option(text(60)),
      fc.option(fc.dictionary(text(2), text(40), { maxKeys: 4 })),
      fc.integer({ min: 600, max: MOST_BYTES }),
      (body, title, url, data, limit) => {
        const written = writePayload(
          { ...base, body, title, url: url ?? undefined, data: data ?? undefined },
          limit,
        );
        const bytes = Buffer.from(written);
        expect(bytes.length).toBeLessThanOrEqual(limit);
        expect(new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toBe(written);
        const kept = read(written);
        expect(kept).toMatchObject({ id: base.id, ids: base.ids, token: base.token });
        for (const [whole, part] of [
          [body, kept.body],
          [title, kept.title],
        ] as const) {
          const clean = whole.toWellFormed();
          if (part === clean || part === '') continue;
          const stem = part.slice(0, -1);
          expect(part.endsWith('…') && clean.startsWith(stem)).toBe(true);
          expect(part.isWellFormed()).toBe(true);
          // The character behind the cut begins there.
          expect(new Intl.Segmenter().segment(clean).containing(stem.length)?.index).toBe(stem.length);
        }
      },
    ),
    { numRuns: 40 },
  );
});
