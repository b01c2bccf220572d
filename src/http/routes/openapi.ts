import type { Middleware } from 'koa'
import { VERSION } from '../../lib/version.ts'

/** How long a cache may keep the document, in seconds: a rollout changes it. */
const MAX_AGE = 300

/** The description of this API. The first request builds it, since few processes ever get one. */
export function openApi(): Middleware {
  let document: Promise<Buffer> | undefined
  return async (ctx) => {
    document ??= encodeDocument()
    ctx.body = await document
    ctx.type = 'application/json'
    ctx.set('Cache-Control', `max-age=${MAX_AGE}`)
  }
}

async function encodeDocument(): Promise<Buffer> {
  const { openApiDocument } = await import('../../schema/openapi/openapi-document.ts')
  return Buffer.from(JSON.stringify(openApiDocument(VERSION)))
}
