/** What the page says. */
import { countedIn } from '../../shared/web/counted.ts';
import type { Language } from '../../shared/web/languages.ts';

export interface Texts {
  readonly title: string;
  readonly lead: string;
  readonly search: string;
  readonly all: string;
  readonly watched: string;
  readonly add: string;
  readonly none: string;
  readonly noneWatched: string;
  readonly noneFound: string;
  readonly more: string;
  readonly loading: string;
  readonly sound: string;
  looking(count: number): string;
  readonly watch: string;
  readonly unwatch: string;
  readonly details: string;
  readonly shop: string;
  readonly history: string;
  readonly lowest: string;
  readonly highest: string;
  readonly now: string;
  readonly tell: string;
  readonly any: string;
  readonly percent: string;
  readonly amount: string;
  percentValue: string;
  readonly save: string;
  readonly stop: string;
  readonly reached: string;
  readonly setPrice: string;
  readonly newPrice: string;
  readonly onlyOwner: string;
  readonly close: string;
  readonly byHand: string;
  readonly byAddress: string;
  readonly byFile: string;
  readonly name: string;
  readonly brand: string;
  readonly price: string;
  readonly currency: string;
  readonly address: string;
  readonly addressHint: string;
  readonly file: string;
  readonly fileHint: string;
  imported(rows: number, refused: number): string;
  line(line: number): string;
  readonly badPrice: string;
  readonly badPercent: string;
  readonly failing: string;
}

const counted = { en: countedIn('en'), tr: countedIn('tr'), ru: countedIn('ru'), uk: countedIn('uk') };

export const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    title: 'Prices',
    lead: 'Watch a product, and be told of its drop wherever you are.',
    search: 'Search products',
    all: 'All',
    watched: 'Watched',
    add: 'Add a product',
    none: 'No products yet. Add the first one, and open this page in a second window to see it arrive.',
    noneWatched: 'You watch nothing yet. The bell on a card begins it.',
    noneFound: 'Nothing like that is here.',
    more: 'Show more',
    loading: 'Loading…',
    sound: 'Sound on a drop',
    looking: (count) => counted.en(count, { one: '# other is looking', other: '# others are looking' }),
    watch: 'Watch',
    unwatch: 'Stop watching',
    details: 'Details',
    shop: 'To the shop',
    history: 'Price history',
    lowest: 'Lowest',
    highest: 'Highest',
    now: 'Now',
    tell: 'Tell me',
    any: 'of every drop',
    percent: 'when it is so much cheaper',
    amount: 'when it costs at most',
    percentValue: 'Percent',
    save: 'Watch',
    stop: 'Stop watching',
    reached: 'It is there already. You are told again after it has been above.',
    setPrice: 'Set the price',
    newPrice: 'New price',
    onlyOwner: 'Who added a product sets its price.',
    close: 'Close',
    byHand: 'By hand',
    byAddress: 'From a shop',
    byFile: 'From a file',
    name: 'Name',
    brand: 'Brand',
    price: 'Price',
    currency: 'Currency',
    address: 'Address of its page',
    addressHint: 'The price is read there now and then, from what the shop says to search engines.',
    file: 'CSV or JSON lines',
    fileHint: 'Columns: id, sku or url; price; and maybe currency, name, brand.',
    imported: (rows, refused) =>
      `${counted.en(rows, { one: '# row', other: '# rows' })} done, ${counted.en(refused, { other: '# refused' })}.`,
    line: (line) => `Line ${line}`,
    badPrice: 'This is no price: write it like 129.90.',
    badPercent: 'A percentage is from 0.01 to 100.',
    failing: 'The shop’s page could not be read',
  },
  tr: {
    title: 'Fiyatlar',
    lead: 'Bir ürünü izleyin, nerede olursanız olun düşüşünden haberiniz olsun.',
    search: 'Ürün ara',
    all: 'Tümü',
    watched: 'İzlediklerim',
    add: 'Ürün ekle',
    none: 'Henüz ürün yok. İlkini ekleyin ve gelişini görmek için bu sayfayı ikinci bir pencerede açın.',
    noneWatched: 'Henüz bir şey izlemiyorsunuz. Karttaki zil başlatır.',
    noneFound: 'Böyle bir şey yok.',
    more: 'Daha fazla göster',
    loading: 'Yükleniyor…',
    sound: 'Düşüşte ses',
    looking: (count) => counted.tr(count, { other: '# kişi daha bakıyor' }),
    watch: 'İzle',
    unwatch: 'İzlemeyi bırak',
    details: 'Ayrıntılar',
    shop: 'Mağazaya git',
    history: 'Fiyat geçmişi',
    lowest: 'En düşük',
    highest: 'En yüksek',
    now: 'Şimdi',
    tell: 'Bana haber ver',
    any: 'her düşüşte',
    percent: 'şu kadar ucuzlayınca',
    amount: 'fiyatı en çok şu olunca',
    percentValue: 'Yüzde',
    save: 'İzle',
    stop: 'İzlemeyi bırak',
    reached: 'Fiyat zaten orada. Üstüne çıktıktan sonra yeniden haber verilir.',
    setPrice: 'Fiyatı belirle',
    newPrice: 'Yeni fiyat',
    onlyOwner: 'Fiyatı ürünü ekleyen belirler.',
    close: 'Kapat',
    byHand: 'Elle',
    byAddress: 'Mağazadan',
    byFile: 'Dosyadan',
    name: 'Ad',
    brand: 'Marka',
    price: 'Fiyat',
    currency: 'Para birimi',
    address: 'Sayfasının adresi',
    addressHint: 'Fiyat ara sıra oradan, mağazanın arama motorlarına söylediğinden okunur.',
    file: 'CSV ya da JSON satırları',
    fileHint: 'Sütunlar: id, sku ya da url; price; isteğe bağlı currency, name, brand.',
    imported: (rows, refused) =>
      `${counted.tr(rows, { other: '# satır' })} işlendi, ${counted.tr(refused, { other: '# satır geri çevrildi' })}.`,
    line: (line) => `${line}. satır`,
    badPrice: 'Bu bir fiyat değil: 129,90 gibi yazın.',
    badPercent: 'Yüzde 0,01 ile 100 arasındadır.',
    failing: 'Mağazanın sayfası okunamadı',
  },
  ru: {
    title: 'Цены',
    lead: 'Следите за товаром и узнавайте о снижении цены, где бы вы ни были.',
    search: 'Поиск товаров',
    all: 'Все',
    watched: 'Слежу',
    add: 'Добавить товар',
    none: 'Товаров пока нет. Добавьте первый и откройте эту страницу во втором окне, чтобы увидеть, как он появится.',
    noneWatched: 'Вы пока ни за чем не следите. Начать можно колокольчиком на карточке.',
    noneFound: 'Ничего такого нет.',
    more: 'Показать ещё',
    loading: 'Загрузка…',
    sound: 'Звук при снижении',
    looking: (count) =>
      counted.ru(count, {
        one: 'смотрит ещё # человек',
        few: 'смотрят ещё # человека',
        other: 'смотрят ещё # человек',
      }),
    watch: 'Следить',
    unwatch: 'Не следить',
    details: 'Подробнее',
    shop: 'В магазин',
    history: 'История цены',
    lowest: 'Минимум',
    highest: 'Максимум',
    now: 'Сейчас',
    tell: 'Сообщить мне',
    any: 'о каждом снижении',
    percent: 'когда подешевеет на столько',
    amount: 'когда будет стоить не больше',
    percentValue: 'Процентов',
    save: 'Следить',
    stop: 'Не следить',
    reached: 'Цена уже такая. Сообщим снова, после того как она побывает выше.',
    setPrice: 'Задать цену',
    newPrice: 'Новая цена',
    onlyOwner: 'Цену задаёт тот, кто добавил товар.',
    close: 'Закрыть',
    byHand: 'Вручную',
    byAddress: 'Из магазина',
    byFile: 'Из файла',
    name: 'Название',
    brand: 'Марка',
    price: 'Цена',
    currency: 'Валюта',
    address: 'Адрес страницы',
    addressHint: 'Цена время от времени читается там, из того, что магазин сообщает поисковикам.',
    file: 'CSV или строки JSON',
    fileHint: 'Столбцы: id, sku или url; price; при желании currency, name, brand.',
    imported: (rows, refused) =>
      `Обработано: ${counted.ru(rows, { one: '# строка', few: '# строки', other: '# строк' })}, отклонено: ${counted.ru(refused, { other: '#' })}.`,
    line: (line) => `Строка ${line}`,
    badPrice: 'Это не цена: напишите, например, 129,90.',
    badPercent: 'Процент — от 0,01 до 100.',
    failing: 'Страницу магазина не удалось прочитать',
  },
  uk: {
    title: 'Ціни',
    lead: 'Стежте за товаром і дізнавайтеся про зниження ціни, де б ви не були.',
    search: 'Пошук товарів',
    all: 'Усі',
    watched: 'Стежу',
    add: 'Додати товар',
    none: 'Товарів поки немає. Додайте перший і відкрийте цю сторінку в другому вікні, щоб побачити, як він з’явиться.',
    noneWatched: 'Ви поки ні за чим не стежите. Почати можна дзвіночком на картці.',
    noneFound: 'Нічого такого немає.',
    more: 'Показати ще',
    loading: 'Завантаження…',
    sound: 'Звук при зниженні',
    looking: (count) =>
      counted.uk(count, {
        one: 'дивиться ще # людина',
        few: 'дивляться ще # людини',
        other: 'дивляться ще # людей',
      }),
    watch: 'Стежити',
    unwatch: 'Не стежити',
    details: 'Докладніше',
    shop: 'До магазину',
    history: 'Історія ціни',
    lowest: 'Мінімум',
    highest: 'Максимум',
    now: 'Зараз',
    tell: 'Повідомити мене',
    any: 'про кожне зниження',
    percent: 'коли подешевшає на стільки',
    amount: 'коли коштуватиме не більше',
    percentValue: 'Відсотків',
    save: 'Стежити',
    stop: 'Не стежити',
    reached: 'Ціна вже така. Повідомимо знову, коли вона побуває вище.',
    setPrice: 'Задати ціну',
    newPrice: 'Нова ціна',
    onlyOwner: 'Ціну задає той, хто додав товар.',
    close: 'Закрити',
    byHand: 'Вручну',
    byAddress: 'З магазину',
    byFile: 'З файлу',
    name: 'Назва',
    brand: 'Марка',
    price: 'Ціна',
    currency: 'Валюта',
    address: 'Адреса сторінки',
    addressHint: 'Ціна час від часу читається там, з того, що магазин повідомляє пошуковикам.',
    file: 'CSV або рядки JSON',
    fileHint: 'Стовпці: id, sku або url; price; за бажання currency, name, brand.',
    imported: (rows, refused) =>
      `Опрацьовано: ${counted.uk(rows, { one: '# рядок', few: '# рядки', other: '# рядків' })}, відхилено: ${counted.uk(refused, { other: '#' })}.`,
    line: (line) => `Рядок ${line}`,
    badPrice: 'Це не ціна: напишіть, наприклад, 129,90.',
    badPercent: 'Відсоток — від 0,01 до 100.',
    failing: 'Сторінку магазину не вдалося прочитати',
  },
};
