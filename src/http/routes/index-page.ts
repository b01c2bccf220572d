import type { Middleware } from 'koa'

/** The links are relative, so that a path prefix of a proxy survives. */
const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Runnel</title>
<h1>Runnel</h1>
<p>This service carries server-sent events.</p>
<ul>
<li><a href="health/stream-capacity">health/stream-capacity</a>: how full it is, and what a client should do</li>
<li><a href="openapi.json">openapi.json</a>: its routes, as OpenAPI; a proxy in front may keep them to itself</li>
</ul>
</html>
`

/** Load balancers of clouds ask for `/` unless they are told another path, and send no traffic after a 404. */
export const indexPage: Middleware = (ctx) => {
  // A stored answer would hide a pod that has died.
  ctx.set('Cache-Control', 'no-store')
  ctx.type = 'html'
  ctx.body = PAGE
}
