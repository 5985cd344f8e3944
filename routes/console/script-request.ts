import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ScriptAtDesk } from '../../src/editing/desk.ts'
import { pageNameOf } from '../../src/console/view.ts'
import type { Head } from '../../src/console/script/pieces.ts'
import { BotError } from '../../src/base/errors.ts'

/** Shared by the script's routes: the script of a request, its person and the posted fields. */

/** A script has up to half a mebibyte, and form encoding takes up to three bytes for one. */
export const FORM_BYTES = 2 * 1024 * 1024

export type ScriptQuery<Names extends string> = { Querystring: Readonly<Record<Names, unknown>> }

export interface ScriptPost {
  form: URLSearchParams
  script: ScriptAtDesk
  /** @throws BotError `BOT_REQUEST_INVALID` for a field that is missing or empty */
  field: (name: string) => string
  /** A text with line feeds only; empty if the field is missing. */
  text: (name: string) => string
}

export const posted = (app: FastifyInstance, form = new URLSearchParams()): ScriptPost => {
  const text = (name: string): string => (form.get(name) ?? '').replaceAll('\r\n', '\n')
  return {
    form,
    script: app.scriptDesk.at(form.get('script')),
    text,
    field: (name) => {
      const value = text(name).trim()
      if (value === '') throw new BotError('BOT_REQUEST_INVALID', `The form has no ${name}.`)
      return value
    },
  }
}

export const textIn = (query: Readonly<Record<string, unknown>>, name: string): string | null => {
  const value = query[name]
  return typeof value === 'string' ? value : null
}

/** The data for the head of a script's pages. */
export const headOf = async (
  app: FastifyInstance,
  script: ScriptAtDesk,
  request: FastifyRequest,
): Promise<Head> => {
  const isOwner = app.signIn.may(request, 'owner')
  return {
    script,
    all: app.scriptDesk.all(),
    pageName: (pageId) => pageNameOf(app.tokens.statuses(), pageId),
    isOwner,
    blockedBy: isOwner ? await script.blockedBy() : 'Only an owner changes the script.',
  }
}

/** A Page that uses the script, for the preview. */
export const pageOf = (
  app: FastifyInstance,
  { pageIds }: Pick<ScriptAtDesk, 'pageIds'>,
): { pageId: string | null; pageName: string | null } => {
  const others = new Set(app.scriptDesk.all().flatMap((one) => one.pageIds ?? []))
  const found = app.tokens
    .statuses()
    .find(({ pageId }) => (pageIds === null ? !others.has(pageId) : pageIds.includes(pageId)))
  return { pageId: found?.pageId ?? null, pageName: found?.pageName ?? null }
}
