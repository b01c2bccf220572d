import type { Response } from 'undici'
import { redirectOrigin } from '../../../src/client/service-error.ts'

/** Characters of a body in a sentence. */
const EXCERPT = 120

/** An answer that was not hoped for, as a sentence that says what to do. */
export async function describeAnswer(path: string, response: Response): Promise<string> {
  const text = (await response.text()).replaceAll(/\s+/g, ' ').trim()
  const excerpt = text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text
  const answer = `${path} answered ${response.status}${excerpt === '' ? '' : ` (${excerpt})`}`
  const mend = describeMend(response)
  return mend === undefined ? answer : `${answer}: ${mend}`
}

function describeMend({ status, headers, url }: Response): string | undefined {
  if (status >= 300 && status < 400) {
    const location = headers.get('location')
    const place = location === null ? 'which it does not say' : redirectOrigin(location, url)
    return `name the place that it leads to, ${place}`
  }
  switch (status) {
    case 401:
      return "give credentials with --header 'Authorization: Bearer …'"
    case 403:
      return 'the credentials of --header do not allow it, or a proxy does not; its channels are loadtest-*'
    case 404:
      return 'this is not Runnel, or its paths have a prefix: give it in --url, and in --publish-url for publishes'
    case 405:
      return 'a proxy in front does not let it through: give the address of the service in --publish-url'
    case 421:
      return 'the server does not know this name: add it to RUNNEL_HOSTS, or use 127.0.0.1'
    case 502:
    case 503:
    case 504:
      return 'the server behind is not ready'
    default:
      return undefined
  }
}
