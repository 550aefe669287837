/** What a column may hold. */
export type Column = 'id' | 'sku' | 'url' | 'price' | 'amount' | 'currency' | 'name' | 'brand';

/** What people call them, without case, spaces and punctuation. */
const NAMES: Readonly<Record<Column, readonly string[]>> = {
  id: ['id', 'productid', 'product', 'ürünid', 'urunid', 'товар', 'idтовара', 'idтовару'],
  sku: ['sku', 'code', 'productcode', 'stokkodu', 'ürünkodu', 'urunkodu', 'артикул', 'код'],
  url: ['url', 'link', 'address', 'adres', 'bağlantı', 'ссылка', 'адрес', 'посилання', 'адреса'],
  price: ['price', 'fiyat', 'цена', 'ціна'],
  amount: ['amount', 'minorunits', 'kuruş', 'kurus'],
  currency: ['currency', 'parabirimi', 'döviz', 'валюта'],
  name: [
    'name',
    'title',
    'productname',
    'ad',
    'isim',
    'ürünadı',
    'ürün',
    'название',
    'наименование',
    'назва',
  ],
  brand: ['brand', 'marka', 'бренд', 'марка'],
};

const COLUMNS = new Map(
  Object.entries(NAMES).flatMap(([column, names]) => names.map((name) => [name, column as Column])),
);

/** Which column a name means; undefined when it is of no concern. */
export function columnOf(name: string): Column | undefined {
  return COLUMNS.get(
    name
      .normalize('NFC')
      .toLowerCase()
      // The dotted İ of Turkish leaves its dot behind.
      .replace(/\u0307/g, '')
      .replace(/[^\p{L}\p{N}]/gu, ''),
  );
}
