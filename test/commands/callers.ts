/** The commands that call a service, each with a call that is answered in a moment. */
import { startTestService } from '../support/service.ts'
import { otlpAnswer, TRACE_ID } from './otlp-spans.ts'
import { publishTo } from './publish-and-read.ts'
import { HOUR, PUBLISH, startJaeger } from './scripted-jaeger.ts'

export const CALLERS = ['tail', 'publish', 'check', 'trace'] as const

export type Caller = (typeof CALLERS)[number]

/** The arguments of a call at an address. */
export function callOf(caller: Caller, url: string): readonly string[] {
  switch (caller) {
    case 'tail':
      return ['tail', 'news', '--last=1', '--count=1', '--url', url]
    case 'publish':
      return ['publish', 'news', 'text', '--url', url]
    case 'check':
      // Patient, so that it passes on a loaded machine.
      return ['check', url, '--every=10ms', '--late=1m', '--wait=1s']
    case 'trace':
      return ['trace', TRACE_ID, '--wait=0s', '--jaeger', url]
  }
}

/** Starts what the command calls: a service with one event, which events.example leads to as well, or Jaeger. */
export async function startCalled(caller: Caller): Promise<AsyncDisposable & { url: string }> {
  if (caller === 'trace') {
    const jaeger = await startJaeger(otlpAnswer(PUBLISH, Date.now() - HOUR))
    return {
      url: jaeger.url.origin,
      [Symbol.asyncDispose]: async () => jaeger[Symbol.asyncDispose](),
    }
  }
  const service = await startTestService({ hosts: 'events.example' })
  await publishTo(service.url, 'news', 'text')
  return service
}
