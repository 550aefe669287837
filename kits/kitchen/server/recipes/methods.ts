/**
 * What is done in a kitchen, and the units it is measured by, in every language.
 *
 * @module
 */
import type { Language } from '@tidings/server/kit';

type Words = Readonly<Record<Language, string>>;

/** What is done; what it is done with follows after a colon, so that no language has to bend a word. */
export const METHODS = {
  chop: { en: 'Chop', tr: 'Doğrayın', ru: 'Нарежьте', uk: 'Наріжте' },
  grate: { en: 'Grate', tr: 'Rendeleyin', ru: 'Натрите', uk: 'Натріть' },
  mix: {
    en: 'Add and mix',
    tr: 'Ekleyip karıştırın',
    ru: 'Добавьте и перемешайте',
    uk: 'Додайте і перемішайте',
  },
  beat: { en: 'Whisk', tr: 'Çırpın', ru: 'Взбейте', uk: 'Збийте' },
  fry: { en: 'Fry', tr: 'Kızartın', ru: 'Обжарьте', uk: 'Обсмажте' },
  boil: { en: 'Boil', tr: 'Haşlayın', ru: 'Отварите', uk: 'Відваріть' },
  simmer: { en: 'Simmer', tr: 'Kısık ateşte pişirin', ru: 'Тушите', uk: 'Тушкуйте' },
  bake: {
    en: 'Bake at 180 °C',
    tr: '180 °C fırında pişirin',
    ru: 'Запекайте при 180 °C',
    uk: 'Запікайте за 180 °C',
  },
  blend: {
    en: 'Blend until smooth',
    tr: 'Blenderdan geçirin',
    ru: 'Взбейте блендером',
    uk: 'Збийте блендером',
  },
  mash: { en: 'Mash', tr: 'Ezin', ru: 'Разомните', uk: 'Розімніть' },
  form: {
    en: 'Shape into small patties',
    tr: 'Küçük köfteler yapın',
    ru: 'Слепите небольшие котлеты',
    uk: 'Зліпіть невеликі котлети',
  },
  dip: { en: 'Dip', tr: 'Batırın', ru: 'Обмакните', uk: 'Умочіть' },
  fill: { en: 'Fill', tr: 'Doldurun', ru: 'Наполните', uk: 'Наповніть' },
  season: { en: 'Season', tr: 'Lezzetlendirin', ru: 'Приправьте', uk: 'Приправте' },
  serve: { en: 'Serve', tr: 'Servis yapın', ru: 'Подавайте', uk: 'Подавайте' },
} as const satisfies Readonly<Record<string, Words>>;

/** A method's name. */
export type Method = keyof typeof METHODS;

const UNITS: Readonly<Record<string, Words>> = {
  g: { en: 'g', tr: 'g', ru: 'г', uk: 'г' },
  kg: { en: 'kg', tr: 'kg', ru: 'кг', uk: 'кг' },
  ml: { en: 'ml', tr: 'ml', ru: 'мл', uk: 'мл' },
  l: { en: 'l', tr: 'l', ru: 'л', uk: 'л' },
  pc: { en: 'slices', tr: 'dilim', ru: 'ломтика', uk: 'скибки' },
  clove: { en: 'cloves', tr: 'diş', ru: 'зубчика', uk: 'зубчики' },
  tbsp: { en: 'tbsp', tr: 'yemek kaşığı', ru: 'ст. л.', uk: 'ст. л.' },
  tsp: { en: 'tsp', tr: 'çay kaşığı', ru: 'ч. л.', uk: 'ч. л.' },
  min: { en: 'min', tr: 'dk', ru: 'мин', uk: 'хв' },
};

/** An amount with its unit. */
export function measure(amount: number, unit: string | undefined, language: Language): string {
  return unit === undefined ? String(amount) : `${amount} ${UNITS[unit]?.[language] ?? unit}`;
}
