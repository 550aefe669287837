/**
 * `/development/mail`: what would have been sent by email, where there is no SMTP server. It exists in
 * development only, and on a loopback address only.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import type { EmlOutbox } from '../features/email/index.ts';
import { problems } from './answers.ts';

const Mails = Type.Object({
  mails: Type.Array(
    Type.Object({
      id: Type.String(),
      to: Type.String(),
      subject: Type.String(),
      at: Type.Integer({ description: 'Milliseconds since 1970-01-01 UTC.' }),
    }),
    { description: 'The newest first.' },
  ),
});

const MailParams = Type.Object({ id: Type.String() });

/** The HTML of a mail does nothing and loads nothing; its links open elsewhere. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/** Adds the routes to a scope under `/api/v1`. */
export function developmentMailRoutes(app: FastifyInstance, outbox: EmlOutbox): void {
  const tags = ['development'];

  app.get(
    '/development/mail',
    {
      schema: {
        tags,
        summary: 'List mails',
        description: 'In development only: mails that were written into files.',
        response: { 200: Mails },
      },
    },
    async () => ({ mails: [...(await outbox.list())] }),
  );

  app.get<{ Params: Static<typeof MailParams> }>(
    '/development/mail/:id',
    {
      schema: {
        tags,
        summary: 'Read a mail',
        params: MailParams,
        response: {
          200: { description: 'The mail.', content: { 'message/rfc822': { schema: Type.String() } } },
          ...problems('not_found'),
        },
      },
    },
    async ({ params }, reply) => {
      const mail = await outbox.read(params.id);
      if (mail === undefined) throw notFound();
      return reply.type('message/rfc822').send(mail);
    },
  );

  app.get<{ Params: Static<typeof MailParams> }>(
    '/development/mail/:id/html',
    {
      schema: {
        tags,
        summary: 'Look at a mail',
        params: MailParams,
        response: {
          200: { description: 'Its HTML.', content: { 'text/html': { schema: Type.String() } } },
          ...problems('not_found'),
        },
      },
    },
    async ({ params }, reply) => {
      const page = await outbox.readHtml(params.id);
      if (page === undefined) throw notFound();
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', MAIL_POLICY)
        .header('x-frame-options', 'SAMEORIGIN')
        .send(page);
    },
  );
}

const notFound = () => new TidingsError('not_found', 'There is no mail of this id.');
