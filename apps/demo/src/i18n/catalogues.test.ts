import { DISCONNECTS, ERRORS } from '@tidings/protocol';
import { describe, expect, it } from 'vitest';
import { preferredLanguage } from '../../../../kits/shared/web/languages.ts';
import { CATALOGUES } from './catalogues.ts';
import { problemText } from './problem-text.ts';

describe.each(Object.entries(CATALOGUES))('the catalogue %s', (_, t) => {
  it('has words for codes that a server may send, and for one of the page’s own', () => {
    const codes = [...Object.keys(ERRORS), ...Object.keys(DISCONNECTS), 'connection_lost', 'network'];
    expect(Object.keys(t.problems).filter((code) => !codes.includes(code))).toEqual([]);
  });

  it('has no empty text', () => {
    expect(texts(t).filter((text) => text.trim() === '')).toEqual([]);
  });
});

it('counts as each language does', () => {
  const { en, ru, uk, tr } = CATALOGUES;
  expect(en.publish.doneMany(1, '1', '1')).toBe('1 event published, #1 to #1.');
  expect(ru.publish.doneMany(2, '1', '2')).toBe('Опубликовано 2 события: #1–#2.');
  expect(uk.publish.doneMany(5, '1', '5')).toBe('Опубліковано 5 подій: #1–#5.');
  expect(tr.pane.missed(3)).toBe('3 kaçırıldı');
});

it('takes the first language of the visitor that is ours', () => {
  expect(preferredLanguage(['de-DE', 'uk-UA', 'ru'])).toBe('uk');
  expect(preferredLanguage(['de'])).toBe('en');
  expect(preferredLanguage(['TR'])).toBe('tr');
});

it('falls back to the server’s words for a code it does not know', () => {
  expect(problemText({ code: 'forbidden', message: 'no' }, CATALOGUES.tr)).toBe(
    CATALOGUES.tr.problems.forbidden,
  );
  expect(problemText({ code: 'newer', message: 'Something new.' }, CATALOGUES.tr)).toBe('Something new.');
  expect(problemText({ code: 'toString', message: '' }, CATALOGUES.tr)).toBe('toString');
});

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}
