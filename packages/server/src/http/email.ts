/**
 * `/email/unsubscribe`: the end of mails of a kind, by the link in a mail.
 *
 * A GET changes nothing, since scanners follow links; it shows a page whose button posts. A mail program posts by itself
 * (RFC 8058). Both come without signing in: the signature of the link is the right.
 *
 * @module
 */
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import {
  type EmlOutbox,
  languageOf,
  type UnsubscribeLinks,
  type UnsubscribeState,
  type Unsubscription,
  unsubscribePage,
} from '../features/email/index.ts';

/** What the routes need of the server. */
export interface EmailHttp {
  readonly links: UnsubscribeLinks;
  /** Sets a user's preference: whether notifications of a category may come by email. */
  readonly setEmail: (user: string, category: string, on: boolean) => Promise<unknown>;
  /** Mails that were written into files, in development. */
  readonly outbox?: EmlOutbox | undefined;
}

/** What forms and mail programs send. */
const FORMS = ['application/x-www-form-urlencoded', 'multipart/form-data'];

const FORM_LIMIT = 4096;

const Query = Type.Object({
  user: Type.Optional(Type.String()),
  category: Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String())], {
      description: 'As often as there are categories.',
    }),
  ),
  language: Type.Optional(Type.String()),
  signature: Type.Optional(Type.String({ description: 'By the server, over all of the above.' })),
});

const Page = (description: string) => ({ description, content: { 'text/html': { schema: Type.String() } } });

const response = { 200: Page('A page that says so.'), 403: Page('The link is none of this server.') };

/** Adds the routes to a scope under `/api/v1` of their own: mail programs post from anywhere. */
export async function emailRoutes(app: FastifyInstance, { links, setEmail }: EmailHttp): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'unsafe-inline'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // Whether there is HTTPS is up to the proxy in front.
    strictTransportSecurity: false,
  });
  for (const type of FORMS)
    app.addContentTypeParser(type, { parseAs: 'string', bodyLimit: FORM_LIMIT }, (_request, body, done) =>
      done(null, body),
    );

  app.get(
    '/email/unsubscribe',
    { schema: { tags: ['email'], summary: 'Ask whether to unsubscribe', querystring: Query, response } },
    (request, reply) => {
      const about = links.read(queryOf(request));
      return answer(request, reply, about ? 'ask' : 'invalid', about);
    },
  );

  app.post(
    '/email/unsubscribe',
    {
      schema: {
        tags: ['email'],
        summary: 'Unsubscribe (RFC 8058)',
        description: 'Or, with `action=subscribe` in a form, subscribe again.',
        querystring: Query,
        response,
      },
    },
    async (request, reply) => {
      const about = links.read(queryOf(request));
      if (!about) return answer(request, reply, 'invalid');
      const again = typeof request.body === 'string' && actionOf(request.body) === 'subscribe';
      for (const category of about.categories) await setEmail(about.user, category, again);
      return answer(request, reply, again ? 'again' : 'done', about);
    },
  );
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  state: UnsubscribeState,
  about?: Unsubscription,
): FastifyReply {
  const language = about?.language ?? languageOf(queryOf(request)) ?? 'en';
  return reply
    .code(state === 'invalid' ? 403 : 200)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-robots-tag', 'noindex')
    .send(unsubscribePage({ state, language, categories: about?.categories ?? [] }));
}

/** The query as it was sent: a category may stand in it several times. */
function queryOf({ url }: FastifyRequest): URLSearchParams {
  return new URLSearchParams(url.split('?').slice(1).join('?'));
}

/** What the page's button says; a mail program's form has no such field. */
function actionOf(body: string): string | null {
  return new URLSearchParams(body).get('action');
}
