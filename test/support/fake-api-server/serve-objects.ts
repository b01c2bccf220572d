import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Change, ObjectStore, StoredObject } from './object-store.ts'
import { OpenWatch } from './open-watch.ts'
import { EXPIRED, statusOf } from './status.ts'

export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

interface Shelf {
  readonly objects: ObjectStore
  readonly watches: Set<OpenWatch>
}

/** Answers as an API server, as far as a client of objects can tell. */
export function serveObjects(shelf: Shelf, request: ApiRequest, response: ServerResponse): void {
  const { objects } = shelf
  const { collection, name, subresource } = parsePath(request)
  if (collection === undefined) {
    send(response, 404, '404 page not found')
    return
  }
  if (request.method === 'GET' && name === undefined) {
    if (request.query.has('watch')) serveWatch(shelf, collection, request, response)
    else serveList(objects, collection, request, response)
    return
  }
  const found = name === undefined ? undefined : objects.get(collection, name)
  if (request.method === 'POST' && found !== undefined) {
    send(response, 409, statusOf(409, 'AlreadyExists', `"${name}" already exists`))
  } else if (
    request.method === 'POST' ||
    (request.method === 'PATCH' && subresource === undefined)
  ) {
    const code = found === undefined ? 201 : 200
    send(response, code, objects.put(collection, { ...found, ...bodyOf(request) }))
  } else if (found === undefined) {
    send(response, 404, statusOf(404, 'NotFound', `"${name}" not found`))
  } else if (request.method === 'PATCH') {
    send(response, 200, objects.put(collection, { ...found, ...bodyOf(request) }))
  } else if (request.method === 'GET') {
    send(response, 200, found)
  } else if (request.method === 'DELETE') {
    objects.delete(collection, found.metadata.name)
    send(response, 200, statusOf(200, '', ''))
  } else if (bodyOf(request).metadata['resourceVersion'] === found.metadata['resourceVersion']) {
    send(response, 200, objects.put(collection, bodyOf(request)))
  } else {
    send(response, 409, statusOf(409, 'Conflict', 'the object has been modified'))
  }
}

/** The token of a page is the version of the list and the number of objects before it. */
function serveList(
  objects: ObjectStore,
  collection: string,
  { query }: ApiRequest,
  response: ServerResponse,
): void {
  const [version = objects.version, start = 0] =
    (query.get('continue') ?? undefined)?.split(':').map(Number) ?? []
  if (version < objects.oldest) {
    send(response, 410, EXPIRED)
    return
  }
  const all = objects.list(collection)
  const end = start + Number(query.get('limit') ?? all.length)
  const next = end < all.length ? `${version}:${end}` : ''
  const metadata = { resourceVersion: String(version), continue: next }
  send(response, 200, { kind: 'List', metadata, items: all.slice(start, end) })
}

function serveWatch(
  { objects, watches }: Shelf,
  collection: string,
  { query }: ApiRequest,
  response: ServerResponse,
): void {
  const watch = new OpenWatch(response)
  response.writeHead(200, { 'Content-Type': 'application/json' })
  response.flushHeaders()
  const version = Number(query.get('resourceVersion'))
  if (version < objects.oldest) {
    watch.send({ type: 'ERROR', object: EXPIRED })
    watch.end()
    return
  }
  for (const change of objects.changesAfter(collection, version)) watch.sendChange(change)
  const listener = (change: Change) => {
    if (change.collection === collection) watch.sendChange(change)
  }
  objects.listeners.add(listener)
  watches.add(watch)
  response.on('close', () => {
    objects.listeners.delete(listener)
    watches.delete(watch)
  })
}

interface ObjectPath {
  readonly collection: string | undefined
  readonly name?: string | undefined
  readonly subresource?: string | undefined
}

/** Of `/apis/GROUP/VERSION/namespaces/NAMESPACE/PLURAL/NAME/SUBRESOURCE` and shorter ones. */
function parsePath(request: ApiRequest): ObjectPath {
  const segments = request.path.split('/').slice(1)
  const root = segments[0] === 'api' ? 2 : 3
  if (segments.length <= root) return { collection: undefined }
  const plural = segments[root] === 'namespaces' && segments.length > root + 2 ? root + 2 : root
  const collection = `/${segments.slice(0, plural + 1).join('/')}`
  const [name, subresource] = segments.slice(plural + 1)
  return { collection, name: name ?? nameOf(request), subresource }
}

function nameOf(request: ApiRequest): string | undefined {
  return request.method === 'POST' ? bodyOf(request).metadata.name : undefined
}

function bodyOf({ body }: ApiRequest): StoredObject {
  return body as StoredObject
}

function send(response: ServerResponse, code: number, document: unknown): void {
  response.writeHead(code, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(document))
}
