/**
 * What buyers and sellers are told of their orders, in every language.
 *
 * @module
 */
import type { Template } from '@tidings/server/kit';
import type { Language, OrderStatus } from '../../events.ts';

const category = 'market.orders';

/** What `ORDER_STATUS_UPDATED` says: one sentence. */
export const ORDER_MESSAGES: Readonly<Record<OrderStatus, Readonly<Record<Language, string>>>> = {
  placed: {
    en: 'Order placed!',
    tr: 'Sipariş verildi!',
    ru: 'Заказ оформлен!',
    uk: 'Замовлення оформлено!',
  },
  payment_confirmed: {
    en: 'Payment confirmed!',
    tr: 'Ödeme onaylandı!',
    ru: 'Оплата подтверждена!',
    uk: 'Оплату підтверджено!',
  },
  shipped: {
    en: 'Order shipped!',
    tr: 'Sipariş kargoya verildi!',
    ru: 'Заказ отправлен!',
    uk: 'Замовлення надіслано!',
  },
  delivered: {
    en: 'Order delivered!',
    tr: 'Sipariş teslim edildi!',
    ru: 'Заказ доставлен!',
    uk: 'Замовлення доставлено!',
  },
  cancelled: {
    en: 'Order cancelled.',
    tr: 'Sipariş iptal edildi.',
    ru: 'Заказ отменён.',
    uk: 'Замовлення скасовано.',
  },
  refunded: {
    en: 'Order refunded.',
    tr: 'Siparişin ücreti iade edildi.',
    ru: 'Деньги за заказ возвращены.',
    uk: 'Кошти за замовлення повернено.',
  },
};

/** The notifications, by name. Of a match both were told as one: an order that is placed is no news. */
export const ORDER_NOTIFICATIONS = {
  'order-paid-buyer': {
    category,
    level: 'success',
    texts: {
      en: { title: 'Payment confirmed!', body: '{product}: the seller ships it next.' },
      tr: { title: 'Ödeme onaylandı!', body: '{product}: satıcı şimdi kargoya verecek.' },
      ru: { title: 'Оплата подтверждена!', body: '{product}: теперь продавец отправит заказ.' },
      uk: { title: 'Оплату підтверджено!', body: '{product}: тепер продавець надішле замовлення.' },
    },
  },
  'order-paid-seller': {
    category,
    level: 'success',
    texts: {
      en: {
        title: 'Payment confirmed: please ship',
        body: '{product} is paid. Ship it and enter the tracking number.',
      },
      tr: {
        title: 'Ödeme onaylandı: kargolayabilirsiniz',
        body: '{product} ödendi. Kargoya verip takip numarasını girin.',
      },
      ru: {
        title: 'Оплата подтверждена: отправьте заказ',
        body: '{product}: заказ оплачен. Отправьте его и укажите трек-номер.',
      },
      uk: {
        title: 'Оплату підтверджено: надішліть замовлення',
        body: '{product}: замовлення сплачено. Надішліть його та вкажіть трек-номер.',
      },
    },
  },
  'order-shipped': {
    category,
    level: 'info',
    texts: {
      en: {
        title: 'Order shipped!',
        body: '{product}',
      },
      tr: {
        title: 'Sipariş kargoya verildi!',
        body: '{product}',
      },
      ru: {
        title: 'Заказ отправлен!',
        body: '{product}',
      },
      uk: {
        title: 'Замовлення надіслано!',
        body: '{product}',
      },
    },
  },
  'order-delivered': {
    category,
    level: 'success',
    texts: {
      en: { title: 'Order delivered!', body: '{product}' },
      tr: { title: 'Sipariş teslim edildi!', body: '{product}' },
      ru: { title: 'Заказ доставлен!', body: '{product}' },
      uk: { title: 'Замовлення доставлено!', body: '{product}' },
    },
  },
  'order-cancelled': {
    category,
    level: 'warning',
    texts: {
      en: { title: 'Order cancelled', body: '{product}, {price}' },
      tr: { title: 'Sipariş iptal edildi', body: '{product}, {price}' },
      ru: { title: 'Заказ отменён', body: '{product}, {price}' },
      uk: { title: 'Замовлення скасовано', body: '{product}, {price}' },
    },
  },
  'order-unpaid': {
    category,
    level: 'warning',
    texts: {
      en: { title: 'Order cancelled', body: '{product}: the payment did not come in time.' },
      tr: { title: 'Sipariş iptal edildi', body: '{product}: ödeme zamanında yapılmadı.' },
      ru: { title: 'Заказ отменён', body: '{product}: оплата не поступила вовремя.' },
      uk: { title: 'Замовлення скасовано', body: '{product}: оплата не надійшла вчасно.' },
    },
  },
  'order-refunded': {
    category,
    level: 'info',
    texts: {
      en: { title: 'Order refunded', body: '{product}: {price} goes back to the buyer.' },
      tr: { title: 'Siparişin ücreti iade edildi', body: '{product}: {price} alıcıya geri ödeniyor.' },
      ru: { title: 'Деньги за заказ возвращены', body: '{product}: {price} возвращаются покупателю.' },
      uk: { title: 'Кошти за замовлення повернено', body: '{product}: {price} повертаються покупцеві.' },
    },
  },
} as const satisfies Readonly<Record<string, Template>>;
