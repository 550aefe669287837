/**
 * The kitchen's own recipes.
 *
 * @module
 */
import type { Language } from '@tidings/server/kit';
import type { Method } from './methods.ts';

/** How much of what: `egg 3`, `flour 200 g`, `salt`. */
interface Part {
  readonly key: string;
  readonly amount: number | undefined;
  readonly unit: string | undefined;
}

/** What is done with what, and for how many minutes. */
interface Step {
  readonly method: Method;
  readonly keys: readonly string[];
  readonly minutes: number | undefined;
}

/** A recipe, in no language. */
export interface BookRecipe {
  readonly key: string;
  readonly title: Readonly<Record<Language, string>>;
  readonly servings: number;
  readonly minutes: number;
  readonly parts: readonly Part[];
  readonly steps: readonly Step[];
}

/**
 * A recipe is four lines: `key servings minutes`, its titles (en | tr | ru | uk), its parts, its steps
 * (`method parts, … minutes`).
 */
const BOOK = `
omelette 2 10
Omelette with herbs | Otlu omlet | Омлет с зеленью | Омлет із зеленню
egg 4, milk 50 ml, butter 10 g, herbs 10 g, salt
beat egg milk salt; fry butter 5; serve herbs

menemen 2 20
Menemen, eggs with tomatoes | Menemen | Менемен: яйца с помидорами | Менемен: яйця з помідорами
egg 4, tomato 3, bellpepper 2, oil 2 tbsp, salt
chop tomato bellpepper; fry bellpepper tomato oil 10; mix egg salt; simmer 5

pancakes 4 30
Thin pancakes | Krep | Блины | Млинці
flour 200 g, milk 500 ml, egg 2, sugar 1 tbsp, salt, oil 2 tbsp
beat egg milk sugar salt; mix flour oil; fry 20

kefirpancakes 4 25
Kefir pancakes | Kefirli pankek | Оладьи на кефире | Оладки на кефірі
kefir 300 ml, flour 200 g, egg 1, sugar 2 tbsp, bakingpowder 1 tsp, oil 3 tbsp
mix kefir egg sugar; mix flour bakingpowder; fry oil 15

syrniki 3 25
Cottage cheese pancakes | Lor peynirli pankek | Сырники | Сирники
cottage 400 g, egg 1, flour 60 g, sugar 2 tbsp, oil 2 tbsp
mix cottage egg flour sugar; form; fry oil 12; serve

frenchtoast 2 15
French toast | Yumurtalı ekmek | Гренки с яйцом | Грінки з яйцем
bread 4 pc, egg 2, milk 100 ml, butter 15 g
beat egg milk; dip bread; fry butter 6

porridge 2 15
Porridge with fruit | Meyveli yulaf lapası | Овсянка с фруктами | Вівсянка з фруктами
oats 100 g, milk 300 ml, banana 1, honey 1 tbsp, salt
boil oats milk salt 8; chop banana; serve banana honey

smoothie 2 5
Banana smoothie | Muzlu smoothie | Банановый смузи | Банановий смузі
banana 2, yogurt 300 ml, berries 100 g, honey 1 tbsp
chop banana; beat banana yogurt berries honey; serve

shepherdsalad 2 10
Shepherd’s salad | Çoban salatası | Салат из огурцов и помидоров | Салат з огірків і помідорів
tomato 3, cucumber 2, onion 1, herbs 15 g, oliveoil 2 tbsp, lemon 1, salt
chop tomato cucumber onion herbs; mix oliveoil lemon salt; serve

greeksalad 2 15
Greek salad | Yunan salatası | Греческий салат | Грецький салат
tomato 3, cucumber 1, feta 150 g, onion 1, bellpepper 1, oliveoil 3 tbsp
chop tomato cucumber onion bellpepper; mix oliveoil; serve feta

tunasalad 2 15
Tuna salad | Ton balıklı salata | Салат с тунцом | Салат з тунцем
tuna 160 g, egg 2, cucumber 1, corn 100 g, oliveoil 1 tbsp
boil egg 10; chop egg cucumber; mix tuna corn oliveoil; serve

beansalad 3 15
White bean salad | Piyaz | Салат из фасоли | Салат із квасолі
beans 400 g, onion 1, tomato 2, egg 2, herbs 10 g, oliveoil 3 tbsp, lemon 1
boil egg 10; chop onion tomato herbs; mix beans oliveoil lemon; serve egg

vinegret 4 60
Vinaigrette of beetroot | Pancar salatası | Винегрет | Вінегрет
beetroot 2, potato 3, carrot 2, peas 150 g, onion 1, oil 3 tbsp, salt
boil beetroot potato carrot 45; chop beetroot potato carrot onion; mix peas oil salt

lentilsoup 4 35
Red lentil soup | Mercimek çorbası | Чечевичный суп | Сочевичний суп
lentils 200 g, onion 1, carrot 1, tomatopaste 1 tbsp, oil 2 tbsp, salt
chop onion carrot; fry onion carrot tomatopaste oil 5; boil lentils water salt 25; blend; serve

borscht 6 90
Borscht | Borş çorbası | Борщ | Борщ
beetroot 2, cabbage 300 g, potato 3, carrot 1, onion 1, tomatopaste 2 tbsp, beef 500 g, salt
boil beef water salt 60; grate beetroot carrot; chop cabbage potato onion; fry beetroot carrot onion tomatopaste 10; boil potato cabbage 20; serve

chickensoup 4 50
Chicken noodle soup | Şehriyeli tavuk çorbası | Куриный суп с лапшой | Курячий суп з локшиною
chicken 500 g, pasta 100 g, carrot 1, onion 1, herbs 10 g, salt
boil chicken water salt 35; chop carrot onion; boil carrot onion pasta 10; serve herbs

mushroomsoup 4 35
Cream of mushroom soup | Kremalı mantar çorbası | Грибной крем-суп | Грибний крем-суп
mushroom 400 g, potato 3, onion 1, cream 200 ml, butter 20 g, salt
chop mushroom onion potato; fry mushroom onion butter 8; boil potato water salt 20; blend cream; serve

pumpkinsoup 4 40
Pumpkin soup | Bal kabağı çorbası | Тыквенный суп | Гарбузовий суп
pumpkin 600 g, carrot 1, onion 1, cream 100 ml, salt
chop pumpkin carrot onion; boil water salt 25; blend cream; serve

yogurtsoup 4 30
Yoghurt soup | Yayla çorbası | Йогуртовый суп с рисом | Йогуртовий суп з рисом
yogurt 400 g, rice 80 g, egg 1, flour 1 tbsp, butter 20 g, salt
boil rice water salt 15; beat yogurt egg flour; simmer yogurt 10; serve butter

peasoup 4 60
Pea soup with sausage | Sosisli bezelye çorbası | Гороховый суп с колбасой | Гороховий суп з ковбасою
peas 300 g, sausage 200 g, potato 2, carrot 1, onion 1, salt
boil peas water salt 30; chop sausage potato carrot onion; fry sausage carrot onion 6; simmer potato 20

pastatomato 2 25
Pasta with tomato sauce | Domates soslu makarna | Паста с томатным соусом | Паста з томатним соусом
pasta 200 g, tomato 4, garlic 2 clove, oliveoil 2 tbsp, cheese 40 g, salt
boil pasta water salt 10; chop tomato garlic; simmer tomato garlic oliveoil 12; mix pasta; grate cheese

carbonara 2 25
Pasta with cream and ham | Kremalı jambonlu makarna | Паста со сливками и ветчиной | Паста з вершками і шинкою
pasta 200 g, sausage 120 g, cream 150 ml, egg 2, cheese 50 g
boil pasta water salt 10; fry sausage 5; beat egg cream cheese; mix pasta; serve

maccheese 4 40
Baked macaroni with cheese | Fırında peynirli makarna | Запечённые макароны с сыром | Запечені макарони з сиром
pasta 300 g, milk 400 ml, cheese 200 g, butter 40 g, flour 40 g
boil pasta water salt 8; simmer butter flour milk 6; mix pasta cheese; bake 20

spaghettibolognese 4 45
Pasta with minced meat | Kıymalı makarna | Макароны по-флотски | Макарони по-флотськи
pasta 300 g, mince 400 g, onion 1, tomatopaste 2 tbsp, oil 1 tbsp, salt
chop onion; fry mince onion oil 12; simmer tomatopaste water 15; boil pasta water salt 10; mix

pilaf 4 60
Pilaf with meat | Etli pilav | Плов | Плов
rice 300 g, beef 500 g, carrot 3, onion 2, garlic 4 clove, oil 4 tbsp, salt
chop beef carrot onion; fry beef onion carrot oil 20; simmer rice garlic water salt 30; serve

chickpearice 4 35
Rice with chickpeas | Nohutlu pilav | Рис с нутом | Рис з нутом
rice 250 g, chickpeas 200 g, butter 30 g, salt
fry rice butter 4; simmer chickpeas water salt 18; serve

friedrice 2 20
Fried rice with egg | Yumurtalı kızarmış pirinç | Жареный рис с яйцом | Смажений рис з яйцем
rice 200 g, egg 2, peas 100 g, carrot 1, onion 1, oil 2 tbsp, salt
boil rice water salt 15; chop carrot onion; fry carrot onion peas oil 6; mix egg rice; serve

bulgurpilaf 4 30
Bulgur with vegetables | Sebzeli bulgur pilavı | Булгур с овощами | Булгур з овочами
bulgur 250 g, onion 1, tomato 2, bellpepper 2, tomatopaste 1 tbsp, oil 2 tbsp, salt
chop onion tomato bellpepper; fry onion bellpepper tomato tomatopaste oil 8; simmer bulgur water salt 15

buckwheatmushroom 3 30
Buckwheat with mushrooms | Mantarlı karabuğday | Гречка с грибами | Гречка з грибами
buckwheat 200 g, mushroom 300 g, onion 1, butter 20 g, salt
boil buckwheat water salt 18; chop mushroom onion; fry mushroom onion butter 10; mix

friedpotatoes 3 35
Fried potatoes with mushrooms | Mantarlı kızarmış patates | Жареная картошка с грибами | Смажена картопля з грибами
potato 6, mushroom 200 g, onion 1, oil 3 tbsp, salt
chop potato mushroom onion; fry potato oil 20; fry mushroom onion 8; season salt

mashedpotatoes 4 30
Mashed potatoes | Patates püresi | Картофельное пюре | Картопляне пюре
potato 8, milk 150 ml, butter 40 g, salt
boil potato water salt 20; mash milk butter; serve

deruny 4 35
Potato pancakes | Patates mücveri | Драники | Деруни
potato 6, onion 1, egg 1, flour 2 tbsp, sourcream 100 g, oil 4 tbsp, salt
grate potato onion; mix egg flour salt; fry oil 20; serve sourcream

roastchicken 4 75
Roast chicken with potatoes | Fırında patatesli tavuk | Курица с картошкой в духовке | Курка з картоплею в духовці
chicken 1 kg, potato 6, garlic 3 clove, oil 2 tbsp, salt, pepper
chop potato garlic; season chicken salt pepper garlic oil; bake chicken potato 60

chickenstew 4 45
Chicken with vegetables | Tavuk sote | Курица с овощами | Курка з овочами
chicken 500 g, bellpepper 2, tomato 2, onion 1, oil 2 tbsp, salt
chop chicken bellpepper tomato onion; fry chicken onion oil 12; simmer bellpepper tomato salt 20

karniyarik 4 60
Aubergines with minced meat | Karnıyarık | Баклажаны с фаршем | Баклажани з фаршем
eggplant 4, mince 300 g, onion 1, tomato 2, tomatopaste 1 tbsp, oil 4 tbsp, salt
fry eggplant oil 12; chop onion tomato; fry mince onion tomato 12; fill eggplant; bake tomatopaste 25

mucver 3 30
Courgette fritters | Mücver | Оладьи из кабачков | Оладки з кабачків
courgette 2, egg 2, flour 80 g, feta 80 g, herbs 15 g, oil 3 tbsp
grate courgette; mix egg flour feta herbs; fry oil 15

ratatouille 4 50
Baked vegetables | Fırında sebze | Овощи в духовке | Овочі в духовці
eggplant 1, courgette 1, tomato 3, bellpepper 1, garlic 2 clove, oliveoil 3 tbsp, salt
chop eggplant courgette tomato bellpepper garlic; season oliveoil salt; bake 40

spinachfeta 3 25
Spinach with eggs | Yumurtalı ıspanak | Шпинат с яйцом | Шпинат з яйцем
spinach 400 g, egg 3, onion 1, butter 20 g, salt
chop spinach onion; fry onion butter 4; simmer spinach salt 8; mix egg; simmer 4

fishbake 3 40
Baked fish with lemon | Fırında limonlu balık | Рыба с лимоном в духовке | Риба з лимоном у духовці
fish 600 g, lemon 1, potato 4, oliveoil 2 tbsp, herbs 10 g, salt
chop potato lemon; season fish lemon salt oliveoil; bake fish potato 30; serve herbs

meatballs 4 40
Meatballs | Köfte | Котлеты | Котлети
mince 500 g, onion 1, bread 2 pc, egg 1, oil 2 tbsp, salt, pepper
grate onion; mix mince onion bread egg salt pepper; form; fry oil 15

cabbagestew 4 45
Braised cabbage with sausages | Sosisli lahana | Тушёная капуста с сосисками | Тушкована капуста з сосисками
cabbage 800 g, sausage 300 g, carrot 1, onion 1, tomatopaste 1 tbsp, oil 2 tbsp, salt
chop cabbage sausage onion; grate carrot; fry carrot onion sausage oil 8; simmer cabbage tomatopaste salt 30

charlotte 6 60
Apple cake | Elmalı kek | Шарлотка | Шарлотка
apple 4, egg 3, flour 150 g, sugar 150 g, bakingpowder 1 tsp
chop apple; beat egg sugar; mix flour bakingpowder; bake apple 40

bananabread 6 70
Banana bread | Muzlu kek | Банановый хлеб | Банановий хліб
banana 3, flour 200 g, egg 2, butter 80 g, sugar 100 g, bakingpowder 1 tsp, nuts 50 g
mash banana; mix egg butter sugar; mix flour bakingpowder nuts; bake 50

ricepudding 4 40
Rice pudding | Sütlaç | Рисовая каша на молоке | Рисова каша на молоці
rice 100 g, milk 1 l, sugar 80 g, raisins 40 g
boil rice water 12; simmer milk sugar raisins 22; serve

cheesetoast 2 10
Toast with cheese | Kaşarlı tost | Горячие бутерброды с сыром | Гарячі бутерброди з сиром
bread 4 pc, cheese 100 g, tomato 1, butter 10 g
chop tomato; fill bread cheese tomato; fry butter 6
`;

/** The recipes. */
export const RECIPE_BOOK: readonly BookRecipe[] = BOOK.trim().split(/\n\n+/).map(readRecipe);

function readRecipe(text: string): BookRecipe {
  const [head = '', titles = '', parts = '', steps = ''] = text.split('\n');
  const [key = '', servings, minutes] = head.split(' ');
  const [en = '', tr = '', ru = '', uk = ''] = titles.split(' | ');
  return {
    key,
    title: { en, tr, ru, uk },
    servings: Number(servings),
    minutes: Number(minutes),
    parts: parts.split(', ').map((part) => {
      const [name = '', amount, unit] = part.split(' ');
      return { key: name, amount: amount === undefined ? undefined : Number(amount), unit };
    }),
    steps: steps.split('; ').map((step) => {
      const [method = '', ...rest] = step.split(' ');
      const last = Number(rest.at(-1) ?? Number.NaN);
      const timed = !Number.isNaN(last);
      return {
        method: method as Method,
        keys: timed ? rest.slice(0, -1) : rest,
        minutes: timed ? last : undefined,
      };
    }),
  };
}
