/**
 * What stands in a user's inbox, on their devices and in their mail for each event that is for them.
 *
 * @module
 */
import type { NewNotification, Template } from '@tidings/server/kit';
import type { KitchenEvents } from '../events.ts';
import { cutText } from './cut-text.ts';

/** The events that one user is told. */
export type PersonalEvent = Exclude<keyof KitchenEvents, 'NewCommunityPost'>;

/** Characters of what somebody wrote that stand in a notification. */
const EXCERPT = 200;

/** Characters of a name that stand in a title. */
const MAX_NAME = 80;

/** Names of items that are listed. */
const MAX_ITEMS = 10;

/** Characters of a system notification's text that an inbox takes. */
const MAX_MESSAGE = 2000;

/** The texts, by name. */
export const KITCHEN_NOTIFICATIONS: Readonly<Record<string, Template>> = {
  'post-liked': {
    category: 'kitchen.likes',
    texts: {
      en: {
        title: '{name} likes your post',
        body: '{likes, plural, =0 {} one {# like so far} other {# likes so far}}',
      },
      tr: {
        title: '{name} gönderinizi beğendi',
        body: '{likes, plural, =0 {} other {Şimdiye dek # beğeni}}',
      },
      ru: {
        title: '{name}: нравится ваш пост',
        body: '{likes, plural, =0 {} one {Уже # отметка} few {Уже # отметки} many {Уже # отметок} other {Уже # отметки}}',
      },
      uk: {
        title: '{name}: подобається ваш допис',
        body: '{likes, plural, =0 {} one {Уже # вподобання} few {Уже # вподобання} many {Уже # вподобань} other {Уже # вподобання}}',
      },
    },
  },
  'new-comment': {
    category: 'kitchen.comments',
    texts: {
      en: { title: '{name} commented on your post', body: '{content}' },
      tr: { title: '{name} gönderinize yorum yaptı', body: '{content}' },
      ru: { title: '{name}: новый комментарий к вашему посту', body: '{content}' },
      uk: { title: '{name}: новий коментар до вашого допису', body: '{content}' },
    },
  },
  'new-follower': {
    category: 'kitchen.followers',
    texts: {
      en: { title: '{name} follows you', body: 'Your new posts will be in their feed.' },
      tr: { title: '{name} sizi takip ediyor', body: 'Yeni gönderileriniz akışında görünecek.' },
      ru: { title: 'Новый подписчик: {name}', body: 'Ваши новые посты появятся в его ленте.' },
      uk: { title: 'Новий підписник: {name}', body: 'Ваші нові дописи зʼявляться в його стрічці.' },
    },
  },
  'expiring-items': {
    category: 'kitchen.fridge',
    level: 'warning',
    texts: {
      en: {
        title:
          '{count, plural, one {# item in your fridge expires soon} other {# items in your fridge expire soon}}',
        body: '{names}',
      },
      tr: {
        title: '{count, plural, other {Buzdolabınızda # ürünün süresi yakında doluyor}}',
        body: '{names}',
      },
      ru: {
        title:
          '{count, plural, one {# продукт в холодильнике скоро испортится} few {# продукта в холодильнике скоро испортятся} many {# продуктов в холодильнике скоро испортятся} other {# продукта в холодильнике скоро испортятся}}',
        body: '{names}',
      },
      uk: {
        title:
          '{count, plural, one {# продукт у холодильнику скоро зіпсується} few {# продукти в холодильнику скоро зіпсуються} many {# продуктів у холодильнику скоро зіпсуються} other {# продукту в холодильнику скоро зіпсуються}}',
        body: '{names}',
      },
    },
  },
  'goal-achieved': {
    category: 'kitchen.goals',
    level: 'success',
    texts: {
      en: { title: 'Goal achieved!', body: '{title}' },
      tr: { title: 'Hedefe ulaşıldı!', body: '{title}' },
      ru: { title: 'Цель достигнута!', body: '{title}' },
      uk: { title: 'Ціль досягнуто!', body: '{title}' },
    },
  },
  'recipe-generated': {
    category: 'kitchen.recipes',
    level: 'success',
    texts: {
      en: { title: 'Your recipe is ready', body: '{title}' },
      tr: { title: 'Tarifiniz hazır', body: '{title}' },
      ru: { title: 'Ваш рецепт готов', body: '{title}' },
      uk: { title: 'Ваш рецепт готовий', body: '{title}' },
    },
  },
  'group-invitation': {
    category: 'kitchen.groups',
    texts: {
      en: { title: '{name} invites you', body: 'To the group “{group}”' },
      tr: { title: '{name} sizi davet ediyor', body: '“{group}” grubuna' },
      ru: { title: 'Приглашение от {name}', body: 'В группу «{group}»' },
      uk: { title: 'Запрошення від {name}', body: 'До групи «{group}»' },
    },
  },
};

const NOTIFICATIONS: { readonly [Name in PersonalEvent]: (data: KitchenEvents[Name]) => NewNotification } = {
  PostLiked: ({ liker_id, liker_name: name, likes = 0, post_id }) => ({
    template: 'post-liked',
    values: { name: short(name), likes },
    url: postPage(post_id),
    data: { post_id, liker_id },
  }),
  NewComment: ({ author_name: name, content, post_id, comment_id }) => ({
    template: 'new-comment',
    values: { name: short(name), content: excerpt(content) },
    url: postPage(post_id),
    data: { post_id, comment_id },
  }),
  NewFollower: ({ follower_id, follower_name: name }) => ({
    template: 'new-follower',
    values: { name: short(name) },
    url: `/kitchen?user=${encodeURIComponent(follower_id)}`,
    data: { follower_id },
  }),
  ExpiringItems: ({ items }) => {
    const names = items.slice(0, MAX_ITEMS).map(({ name }) => excerpt(name));
    return {
      template: 'expiring-items',
      values: {
        count: items.length,
        names: excerpt(names.join(', ') + (items.length > MAX_ITEMS ? ', …' : '')),
      },
      url: '/kitchen?tab=fridge',
      data: { count: items.length },
    };
  },
  GoalAchieved: ({ goal_id, title }) => ({
    template: 'goal-achieved',
    values: { title: excerpt(title) },
    url: '/kitchen?tab=goals',
    data: { goal_id },
  }),
  RecipeGenerated: ({ recipe_id, title }) => ({
    template: 'recipe-generated',
    values: { title: excerpt(title) },
    url: '/kitchen?tab=fridge',
    data: { recipe_id },
  }),
  SystemNotification: ({ title, message, level, url, group_id }) => ({
    category: 'kitchen.system',
    texts: { en: { title: excerpt(title), body: cutText(message, MAX_MESSAGE) } },
    data: group_id === undefined ? {} : { group_id },
    ...(level === undefined ? {} : { level }),
    ...(url === undefined ? {} : { url }),
  }),
};

/** The notification for an event; its `data` names the event and what it is about. */
export function notificationOf<Name extends PersonalEvent>(
  event: Name,
  data: KitchenEvents[Name],
): NewNotification {
  const notification = NOTIFICATIONS[event](data);
  return { ...notification, data: { event, ...notification.data } };
}

function postPage(post: string): string {
  return `/kitchen?post=${encodeURIComponent(post)}`;
}

function short(name: string): string {
  return cut(name, MAX_NAME);
}

function excerpt(text: string): string {
  return cut(text, EXCERPT);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${cutText(text, most - 1).trimEnd()}…`;
}
