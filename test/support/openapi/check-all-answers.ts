/**
 * Runs before each file of tests. Answers that `fetch` gets from a service under test are checked against
 * docs/openapi.json, and a test with an answer that is not described fails.
 */
import { afterAll, afterEach } from 'vitest'
import { listenerAt, noteFault, takeFaults } from './observed-services.ts'

const { fetch } = globalThis

globalThis.fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input)
  // Looked up first: the service may be gone by the time it has answered.
  const listener = listenerAt(url)
  const response = await fetch(input, init)
  if (listener === undefined) return response
  const { status, headers } = response
  const isStream = headers.get('Content-Type')?.startsWith('text/event-stream') ?? false
  // A broken connection leaves no body to check, and fails in the test itself.
  const body = isStream ? undefined : await readCopy(response)
  // Loaded with the first answer, since most unit tests have none.
  const { findFault } = await import('./check-answer.ts')
  const method = input instanceof Request ? input.method : (init?.method ?? 'GET')
  const header = (name: string) => headers.get(name)
  noteFault(findFault(listener, { method, path: url.pathname, status, header, body }))
  return response
}

afterEach(failIfFaulty)
afterAll(failIfFaulty)

async function readCopy(response: Response): Promise<string | undefined> {
  return response
    .clone()
    .text()
    .catch(() => undefined)
}

function failIfFaulty(): void {
  // Each fault once: some tests send the same request a thousand times.
  const faults = new Set(takeFaults())
  if (faults.size > 0) throw new Error([...faults].join('\n'))
}
