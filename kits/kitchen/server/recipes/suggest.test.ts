import { describe, expect, it } from 'vitest';
import { ingredientOf, isIngredient, isStaple, sameKey } from './ingredients.ts';
import { METHODS } from './methods.ts';
import { RECIPE_BOOK } from './recipe-book.ts';
import { suggest } from './suggest.ts';

const LANGUAGES = ['en', 'tr', 'ru', 'uk'] as const;

describe('the recipe book', () => {
  it('has a few dozen recipes, each once, of ingredients and methods that there are, in four languages', () => {
    expect(RECIPE_BOOK.length).toBeGreaterThanOrEqual(36);
    expect(new Set(RECIPE_BOOK.map(({ key }) => key)).size).toBe(RECIPE_BOOK.length);
    for (const { key, title, servings, minutes, parts, steps } of RECIPE_BOOK) {
      for (const language of LANGUAGES) expect(title[language], key).toMatch(/\S{3}/);
      expect(servings, key).toBeGreaterThan(0);
      expect(minutes, key).toBeGreaterThan(0);
      const had = new Set([...parts.map((part) => part.key), 'water', 'salt']);
      for (const part of parts) {
        expect(isIngredient(part.key), `${key} ${part.key}`).toBe(true);
        if (!isStaple(part.key)) expect(part.amount, `${key} ${part.key}`).toBeGreaterThan(0);
      }
      for (const step of steps) {
        expect(Object.keys(METHODS), key).toContain(step.method);
        for (const name of step.keys) expect([...had], `${key}: ${step.method}`).toContain(name);
      }
    }
  });
});

describe('ingredientOf', () => {
  it.each([
    ['Молоко 3,2%', 'milk'],
    ['яйца куриные', 'egg'],
    ['Яєць десяток', 'egg'],
    ['EGGS', 'egg'],
    ['eggplant', 'eggplant'],
    ['YUMURTA', 'egg'],
    ['Yoğurt', 'yogurt'],
    ['ISPANAK', 'spinach'],
    ['sour cream', 'sourcream'],
    ['red bell peppers', 'bellpepper'],
    ['Картошка молодая', 'potato'],
    ['свёкла', 'beetroot'],
    ['Un', 'flour'],
    ['unicorn', undefined],
    ['батарейки', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
    ['<b>milk</b>', 'milk'],
    ['', undefined],
  ])('%s is %s', (name, key) => {
    expect(ingredientOf(name)).toBe(key);
  });

  it('takes the same for the same in other languages, and what no recipe has by its words', () => {
    expect(sameKey('Süt')).toBe(sameKey('молоко'));
    expect(sameKey('Cat  Food')).toBe(sameKey('cat food'));
  });
});

describe('suggest', () => {
  const of = (...names: readonly string[]) => names.map((name) => ({ name, daysLeft: undefined }));

  it('makes of what is there what can be made of it', () => {
    const { rule, title, source } = suggest(
      of('свёкла', 'капуста', 'картошка', 'морковь', 'лук', 'говядина', 'томатная паста'),
      {
        language: 'ru',
      },
    );
    expect([rule, title, source]).toEqual(['borscht', 'Борщ', 'rules']);
  });

  it('prefers what expires soon, and leaves out what has expired', () => {
    const fridge = [
      { name: 'banana', daysLeft: 10 },
      { name: 'oats', daysLeft: 100 },
      { name: 'milk', daysLeft: 10 },
      { name: 'honey', daysLeft: undefined },
      { name: 'cottage cheese', daysLeft: 0 },
      { name: 'eggs', daysLeft: 1 },
      { name: 'flour', daysLeft: 90 },
    ];
    expect(suggest(fridge, { language: 'en' }).rule).toBe('syrniki');
    const late = fridge.map((item) => (item.name === 'cottage cheese' ? { ...item, daysLeft: -1 } : item));
    expect(suggest(late, { language: 'en' }).rule).not.toBe('syrniki');
  });

  it('hears a wish, and does not say the same twice', () => {
    const fridge = of('eggs', 'milk', 'butter', 'herbs');
    const first = suggest(fridge, { language: 'en' });
    expect(first.rule).toBe('omelette');
    expect(suggest(fridge, { language: 'en', lately: ['omelette'] }).rule).not.toBe('omelette');
    expect(suggest(fridge, { language: 'tr', wish: 'balık istiyorum' }).title).toMatch(/balık|Balık/);
  });

  it('suggests something of an empty fridge, too, in every language', () => {
    for (const language of LANGUAGES) {
      const { title, steps, ingredients } = suggest([], { language });
      expect(title).not.toBe('');
      expect(steps.length).toBeGreaterThan(0);
      expect(ingredients.length).toBeGreaterThan(0);
    }
  });
});
