import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { describeWithTools } from '../support/describe-with-tools.ts'
import { eventually } from '../support/eventually.ts'
import { Jaeger } from '../support/jaeger.ts'
import { toolPath } from '../support/rig-tools.ts'

const execute = promisify(execFile)

interface KubeObject {
  readonly kind: string
  readonly data?: Readonly<Record<string, string>>
}

const SERVICE = 'smoke'

/** A trace in the JSON of OTLP: one span, with a link and an attribute of each type. */
function traceOf(traceId: string, spanId: string) {
  const start = BigInt(Date.now()) * 1_000_000n
  return {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: SERVICE } }] },
        scopeSpans: [
          {
            spans: [
              {
                traceId,
                spanId,
                name: 'publish orders',
                kind: 4,
                startTimeUnixNano: String(start),
                endTimeUnixNano: String(start + 1_500_000n),
                attributes: [
                  { key: 'text', value: { stringValue: 'x' } },
                  { key: 'count', value: { intValue: '3' } },
                  { key: 'ratio', value: { doubleValue: 0.5 } },
                  { key: 'is', value: { boolValue: true } },
                  { key: 'list', value: { arrayValue: { values: [{ intValue: '1' }] } } },
                ],
                links: [{ traceId: 'b'.repeat(32), spanId: 'c'.repeat(16) }],
                status: { code: 2 },
              },
            ],
          },
        ],
      },
    ],
  }
}

async function post(jaeger: Jaeger, trace: unknown): Promise<void> {
  const response = await fetch(`${jaeger.otlpUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(trace),
  })
  expect(response.status).toBe(200)
}

describeWithTools('Jaeger', ['jaeger'], () => {
  test('a trace is read back as it was sent, by its id and by what it holds', async () => {
    await using jaeger = await Jaeger.start()
    const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
    await expect(jaeger.query.trace(traceId)).rejects.toThrow(`no trace ${traceId} yet`)

    await post(jaeger, traceOf(traceId, spanId))

    const spans = await eventually(async () => jaeger.query.trace(traceId))
    expect(spans).toEqual([
      {
        traceId,
        spanId,
        parentSpanId: undefined,
        name: 'publish orders',
        kind: 'producer',
        start: expect.any(Number),
        end: spans[0]!.start + 1.5,
        attributes: { text: 'x', count: 3, ratio: 0.5, is: true, list: [1] },
        links: [{ traceId: 'b'.repeat(32), spanId: 'c'.repeat(16) }],
        events: [],
        status: 'error',
        resource: { 'service.name': SERVICE },
      },
    ])
    const fits = { service: SERVICE, operation: 'publish orders', attributes: { count: '3' } }
    expect(await jaeger.query.search(fits)).toEqual([spans])
    const ofAnother = { count: '3', text: 'y' }
    expect(await jaeger.query.search({ ...fits, attributes: ofAnother })).toEqual([])
    expect(await jaeger.query.search({ ...fits, operation: 'other' })).toEqual([])
    expect(await jaeger.query.search({ ...fits, to: new Date(0), from: new Date(0) })).toEqual([])
    expect(await jaeger.query.services()).toEqual([SERVICE])
  })

  test('two at once keep their traces apart', async () => {
    await using one = await Jaeger.start()
    await using other = await Jaeger.start()
    const traceId = randomBytes(16).toString('hex')

    await post(one, traceOf(traceId, 'a'.repeat(16)))

    await eventually(async () => one.query.trace(traceId))
    expect(await other.query.services()).toEqual([])
  })

  test('the configuration in manifests/jaeger.yaml is valid', async () => {
    const text = await readFile(new URL('../../manifests/jaeger.yaml', import.meta.url), 'utf8')
    const objects = parseAllDocuments(text).map((document) => document.toJS() as KubeObject)
    const data = objects.find(({ kind }) => kind === 'ConfigMap')?.data ?? {}
    const { 'config.yaml': CONFIG = '', 'page.json': page = '' } = data

    await execute(await toolPath('jaeger'), ['validate', '--config', 'env:CONFIG'], {
      env: { CONFIG },
    })
    expect(JSON.parse(page)).toHaveProperty('linkPatterns')
  })

  test('a program that does not start is an error with its last lines', async () => {
    await expect(Jaeger.start({ program: '/bin/false' })).rejects.toThrow(
      '/bin/false did not start',
    )
    await expect(Jaeger.start({ program: '/absent' })).rejects.toThrow(/\/absent.*No such file/s)
  })
})
