/**
 * What recipes are made of, and how people call it.
 *
 * @module
 */
import type { Language } from '@tidings/server/kit';
import { wordsOf } from './words.ts';

/** An ingredient: its name in each language, and how else its names begin, in any of them. */
interface Ingredient {
  readonly names: Readonly<Record<Language, string>>;
  readonly also: readonly string[];
  /** It is in every kitchen: nobody asks for it. */
  readonly staple: boolean;
}

/** `key | en | tr | ru | uk | other beginnings`; a star marks a staple. */
const TABLE = `
salt* | salt | tuz | соль | сіль | соли
pepper* | black pepper | karabiber | чёрный перец | чорний перець | pepper, перец молот, перець мелен
sugar* | sugar | şeker | сахар | цукор | sahar
oil* | vegetable oil | sıvı yağ | растительное масло | олія | sunflower oil, oil, ayçiçek yağ, подсолнечн, соняшник
water* | water | su | вода | вода | воды
oliveoil | olive oil | zeytinyağı | оливковое масло | оливкова олія |
egg | eggs | yumurta | яйца | яйця | egg, яйц, яєц, яичк, chicken egg, яйца курин, яйцо курин, куриные яйц, яйця куряч, курячі яйц, tavuk yumurta
milk | milk | süt | молоко | молоко | молок
butter | butter | tereyağı | сливочное масло | вершкове масло | масло
cream | cream | krema | сливки | вершки | сливк, вершк
sourcream | sour cream | ekşi krema | сметана | сметана | сметан
yogurt | yoghurt | yoğurt | йогурт | йогурт | yogurt
kefir | kefir | kefir | кефир | кефір |
cheese | cheese | kaşar peyniri | сыр | сир твердий | kaşar, сыр, cheddar, чеддер, gouda, гауда
feta | feta cheese | beyaz peynir | брынза | бринза | feta, фета
cottage | cottage cheese | lor peyniri | творог | сир кисломолочний | lor, curd, творож, творог, творіг
flour | flour | un | мука | борошно | муки
bread | bread | ekmek | хлеб | хліб | toast, хлеб, baton, батон, pide, лаваш
rice | rice | pirinç | рис | рис |
bulgur | bulgur | bulgur | булгур | булгур |
buckwheat | buckwheat | karabuğday | гречка | гречка | греч
oats | oats | yulaf | овсяные хлопья | вівсяні пластівці | oat, овсян, вівсян
pasta | pasta | makarna | макароны | макарони | spaghetti, spagetti, спагетти, спагеті, паста, penne, noodle, лапша, локшина
potato | potatoes | patates | картофель | картопля | potato, картош, картоф
carrot | carrots | havuç | морковь | морква | carrot, морков
onion | onions | soğan | лук | цибуля | onion, цибул
garlic | garlic | sarımsak | чеснок | часник |
tomato | tomatoes | domates | помидоры | помідори | tomato, томат, помидор, помідор
cucumber | cucumbers | salatalık | огурцы | огірки | cucumber, огур, огір
bellpepper | bell peppers | biber | болгарский перец | болгарський перець | bell pepper, capsicum, biber, сладкий перец, солодкий перець
eggplant | aubergines | patlıcan | баклажаны | баклажани | eggplant, aubergine, баклажан
courgette | courgettes | kabak | кабачки | кабачки | zucchini, courgette, кабач, цуккини, цукіні
cabbage | cabbage | lahana | капуста | капуста | капуст
beetroot | beetroot | pancar | свёкла | буряк | beet, свекл, буряк
mushroom | mushrooms | mantar | грибы | гриби | mushroom, champignon, шампиньон, печериц, гриб
spinach | spinach | ıspanak | шпинат | шпинат |
pumpkin | pumpkin | bal kabağı | тыква | гарбуз | тыкв, гарбуз
peas | peas | bezelye | горошек | горошок | pea, горох, горош
beans | beans | kuru fasulye | фасоль | квасоля | bean, fasulye, фасол, квасол
lentils | red lentils | kırmızı mercimek | чечевица | сочевиця | lentil, mercimek, чечевиц, сочевиц
chickpeas | chickpeas | nohut | нут | нут | chickpea
corn | sweetcorn | mısır | кукуруза | кукурудза | corn, кукуруз
lemon | lemons | limon | лимон | лимон | lemon
herbs | herbs | maydanoz | зелень | зелень | parsley, dill, dereotu, петрушк, укроп, кріп, базил, basil
chicken | chicken | tavuk | курица | курка | куриц, курин, куряч, курк
mince | minced meat | kıyma | фарш | фарш | mince, ground beef
beef | beef | dana eti | говядина | яловичина | говяд, яловичин, dana
pork | pork | domuz eti | свинина | свинина | свинин
sausage | sausages | sosis | сосиски | сосиски | sausage, ham, salam, колбас, ковбас, ветчин, шинк, сосиск
fish | fish | balık | рыба | риба | рыб, риб, salmon, cod, лосос, somon, треск, тріск
tuna | tinned tuna | ton balığı | тунец | тунець | tuna, тунец
apple | apples | elma | яблоки | яблука | apple, яблок, яблук
banana | bananas | muz | бананы | банани | banana, банан
berries | berries | çilek | ягоды | ягоди | berr, strawberr, blueberr, raspberr, ягод, клубник, полуниц, малин, чорниц, черник
raisins | raisins | kuru üzüm | изюм | родзинки | raisin
nuts | nuts | ceviz | орехи | горіхи | nut, walnut, орех, горіх, fındık, badem
honey | honey | bal | мёд | мед |
cocoa | cocoa | kakao | какао | какао |
tomatopaste | tomato paste | salça | томатная паста | томатна паста | salça
bakingpowder | baking powder | kabartma tozu | разрыхлитель | розпушувач | baking soda, karbonat, сода
`;

const INGREDIENTS: ReadonlyMap<string, Ingredient> = new Map(
  TABLE.trim()
    .split('\n')
    .map((line) => {
      const [head = '', en = '', tr = '', ru = '', uk = '', also = ''] = line
        .split('|')
        .map((cell) => cell.trim());
      const key = head.replace('*', '');
      const others = also.split(',').map((name) => name.trim());
      return [
        key,
        { names: { en, tr, ru, uk }, staple: head.endsWith('*'), also: others.filter(Boolean) },
      ] as const;
    }),
);

/** A beginning of words, and what begins so. */
interface Beginning {
  readonly words: readonly string[];
  readonly length: number;
  readonly key: string;
}

const BEGINNINGS: readonly Beginning[] = [...INGREDIENTS]
  .flatMap(([key, { names, also }]) => [...Object.values(names), ...also].map((name) => ({ key, name })))
  .map(({ key, name }) => {
    const words = wordsOf(name);
    return { key, words, length: words.join('').length };
  })
  // The longest first: an aubergine (eggplant) is no egg.
  .toSorted((one, other) => other.length - one.length);

/** A name of so few letters is that word and no beginning: `un` is flour, `unsalted` is not. */
const SHORT = 4;

/** Which ingredient a name means; `undefined` for one that no recipe has. */
export function ingredientOf(name: string): string | undefined {
  const words = wordsOf(name);
  const begins = (word: string | undefined, beginning: string) =>
    word !== undefined && (beginning.length < SHORT ? isForm(word, beginning) : word.startsWith(beginning));
  return BEGINNINGS.find((beginning) =>
    words.some((_, at) => beginning.words.every((part, offset) => begins(words[at + offset], part))),
  )?.key;
}

/** Whether a word is a short one, perhaps with the ending of a case or a plural. */
function isForm(word: string, short: string): boolean {
  return word === short || (short.length > 2 && word.startsWith(short) && word.length <= short.length + 1);
}

/** What tells two names of the same thing to be the same, in whichever language each is. */
export function sameKey(name: string): string {
  return ingredientOf(name) ?? wordsOf(name).join(' ');
}

/** An ingredient's name. */
export function nameOf(key: string, language: Language): string {
  return INGREDIENTS.get(key)?.names[language] ?? key;
}

/** Whether it is in every kitchen. */
export function isStaple(key: string): boolean {
  return INGREDIENTS.get(key)?.staple ?? false;
}

/** Whether a recipe may be made of it. */
export function isIngredient(key: string): boolean {
  return INGREDIENTS.has(key);
}
