import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import description from '../../docs/openapi.json' with { type: 'json' }
import packageFile from '../../package.json' with { type: 'json' }
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { readProblem } from '../support/clients/requests.ts'
import { startTestService } from '../support/service.ts'

test('docs/openapi.json is valid OpenAPI 3.1, of the version of the package', async () => {
  const validator = new Validator()
  expect(await validator.validate(description)).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
  expect(description.info.version).toBe(packageFile.version)
})

test('each reference leads somewhere, and each component is used', () => {
  const text = JSON.stringify(description)
  const used = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!))
  const { securitySchemes: _byName, ...components } = description.components
  const known = Object.entries(components).flatMap(([kind, members]) =>
    Object.keys(members).map((name) => `#/components/${kind}/${name}`),
  )
  // Paths and methods that do not exist have no operation, and the data of a published event is text.
  const unreferenced = ['responses/NotFound', 'responses/MethodNotAllowed', 'schemas/Envelope']
  for (const name of unreferenced) used.add(`#/components/${name}`)
  expect([...used].toSorted()).toEqual(known.toSorted())
})

test('the service serves what docs/openapi.json holds', async () => {
  await using service = await startTestService()
  for (let round = 0; round < 2; round++) {
    const response = await fetch(`${service.url}/openapi.json`)
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('application/json; charset=utf-8')
    expect(response.headers.get('Cache-Control')).toBe('max-age=300')
    expect(await response.json()).toEqual(description)
  }
  expect((await readProblem(await fetch(`${service.adminUrl}/openapi.json`))).status).toBe(404)
})

test('HEAD and OPTIONS work as on every route', async () => {
  await using service = await startTestService()
  const head = await exchange(service.url, formatRequest('/openapi.json', { method: 'HEAD' }))
  expect([head.status, head.body]).toEqual([200, ''])
  expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1_000)
  const options = await exchange(service.url, formatRequest('/openapi.json', { method: 'OPTIONS' }))
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'HEAD, GET, OPTIONS'])
})

test('a page of any origin may read it, but not under a foreign host name', async () => {
  await using service = await startTestService()
  const headers = { Origin: 'https://a.example' }
  const response = await fetch(`${service.url}/openapi.json`, { headers })
  expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
  expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull()
  const request = formatRequest('/openapi.json', { headers: ['Host: evil.example'] })
  expect((await exchange(service.url, request)).status).toBe(421)
})
