import { describe, expect, it } from 'vitest';
import { ParsedTemplate } from './template.ts';
import { Templates } from './templates.ts';

const same = (title: string, body = '') => {
  const text = { title, body };
  return { en: text, tr: text, ru: text, uk: text };
};
const render = (
  title: string,
  values: object,
  language: 'en' | 'tr' | 'ru' | 'uk' = 'en',
  timezone = 'UTC',
) =>
  new ParsedTemplate({ category: 'a', texts: same(title) }).render(values as never, { language, timezone })
    .title;

describe('a template', () => {
  it('is an ICU message in the reader’s language', () => {
    const message = '{n, plural, one {# товар} few {# товара} other {# товаров}}';
    expect([1, 3, 5].map((n) => render(message, { n }, 'ru'))).toEqual(['1 товар', '3 товара', '5 товаров']);
    expect(render('{on, select, true {yes} other {no}}', { on: true })).toBe('yes');
    expect(render('{n, number}', { n: 1234.5 }, 'tr')).toBe('1.234,5');
  });

  it('writes money in the reader’s language, from whole minor units', () => {
    const price = { amount: 123_450, currency: 'TRY' };
    expect(render('{price}', { price }, 'tr')).toBe('₺1.234,50');
    expect(render('{price}', { price }, 'en')).toBe('₺1,234.50');
    expect(render('{price}', { price: { amount: 9000, currency: 'TRY' } }, 'tr')).toBe('₺90');
    expect(render('{price}', { price: { amount: 500, currency: 'JPY' } })).toBe('¥500');
    expect(render('{price, number}', { price })).toBe('1,234.5');
  });

  it('writes dates in the reader’s language and time zone', () => {
    const when = { date: Date.UTC(2026, 0, 1, 22, 30) };
    expect(render('{when}', { when }, 'en')).toMatch(/^Jan 1, 2026, 10:30.PM$/);
    expect(render('{when}', { when }, 'tr', 'Europe/Istanbul')).toBe('2 Oca 2026 01:30');
    expect(render('{when, date, short}', { when }, 'en', 'Europe/Istanbul')).toBe('1/2/26');
    expect(render('{when, time, short}', { when }, 'ru', 'Europe/Istanbul')).toBe('01:30');
  });

  it('escapes nothing: a text is no HTML', () => {
    expect(render('<b>{name}</b> & {name}', { name: '<img src=x>' })).toBe(
      '<b><img src=x></b> & <img src=x>',
    );
    expect(render('{name}', { name: '{n, plural}' })).toBe('{n, plural}');
  });

  it.each([
    ['{n} {m}', { n: 1 }, /"m" was not provided/],
    ['{toString}', {}, /"toString" was not provided/],
    ['{when, date}', { when: 'soon' }, /cannot be filled/],
  ])('%s filled with %j is refused', (message, values, why) => {
    expect(() => render(message, values)).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringMatching(why) }),
    );
  });
});

describe('the templates of a kit', () => {
  it.each([
    [
      'drop',
      { category: 'a', texts: { ...same('x'), tr: undefined } },
      'notification "drop": its text in "tr" must have a title and a body',
    ],
    [
      'drop',
      { category: 'a', texts: same('{n') },
      /^notification "drop": its text in "en" cannot be read: .*"{n"$/,
    ],
    ['drop', { category: 'No Name', texts: same('x') }, 'notification "drop": its category is no category'],
    ['a b', { category: 'a', texts: same('x') }, /^notification "a b": its name must match/],
    ['drop', null, 'notification "drop": its category is no category'],
    ['drop', { category: 'a' }, 'notification "drop": its text in "en" must have a title and a body'],
  ])('must be whole: %s %j', (name, template, why) => {
    expect(() => new Templates().add('kit', { [name]: template as never })).toThrow(why);
  });
});
