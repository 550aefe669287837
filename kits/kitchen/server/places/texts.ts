import type { Template } from '@tidings/server/kit';

/** What stands in a user's inbox of shops. */
export const PLACE_NOTIFICATIONS: Readonly<Record<string, Template>> = {
  'shop-nearby': {
    category: 'kitchen.shops',
    texts: {
      en: {
        title: 'A shop near you: {shop}',
        body: 'It has {count, plural, one {what your fridge lacks} other {# things that your fridge lacks}}: {names}',
      },
      tr: {
        title: 'Yakınınızda bir mağaza: {shop}',
        body: 'Buzdolabınızda {count, plural, other {eksik olan # ürün}} burada var: {names}',
      },
      ru: {
        title: 'Магазин рядом: {shop}',
        body: 'Здесь есть {count, plural, one {# продукт, которого} few {# продукта, которых} many {# продуктов, которых} other {# продукта, которых}} не хватает в холодильнике: {names}',
      },
      uk: {
        title: 'Магазин поруч: {shop}',
        body: 'Тут є {count, plural, one {# продукт, якого} few {# продукти, яких} many {# продуктів, яких} other {# продукту, яких}} бракує в холодильнику: {names}',
      },
    },
  },
};
