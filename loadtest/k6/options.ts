import { withoutCredentials } from '../../src/lib/without-credentials.ts'
import type { Amounts } from '../scenarios/scenario.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What the environment chooses. */
export interface Choice {
  readonly url: string
  readonly publishUrl: string
  readonly subscribers: number
  /** Events a second. */
  readonly rate: number
  readonly seconds: number
  /** Of the data of an event. */
  readonly bytes: number
  /** Seconds before a subscriber comes back whose stream ended: the extension hides the `retry` of the server. */
  readonly retry: number
}

/** Throws with a sentence for each value that cannot be. */
export function readChoice(env: Environment, defaults: Amounts): Choice {
  const url = address(env, 'URL', 'http://127.0.0.1:8080')
  return {
    url,
    publishUrl: address(env, 'PUBLISH_URL', url),
    subscribers: whole(env, 'SUBSCRIBERS', defaults.subscribers),
    rate: whole(env, 'RATE', defaults.rate),
    seconds: whole(env, 'SECONDS', defaults.seconds),
    bytes: defaults.bytes,
    retry: decimal(env, 'RETRY', 3),
  }
}

function address(env: Environment, name: string, other: string) {
  const text = env[name] ?? other
  if (!/^https?:\/\/[^/]/.test(text)) {
    throw new Error(
      `${name}: expected an address such as http://127.0.0.1:8080, got ${withoutCredentials(text)}`,
    )
  }
  return text.replace(/\/+$/, '')
}

function whole(env: Environment, name: string, other: number) {
  const text = env[name] ?? String(other)
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new Error(`${name}: expected a whole number from 1, got ${withoutCredentials(text)}`)
  }
  return Number(text)
}

function decimal(env: Environment, name: string, other: number) {
  const text = env[name] ?? String(other)
  if (!/^\d{1,4}(\.\d{1,3})?$/.test(text)) {
    throw new Error(`${name}: expected seconds such as 3 or 0.5, got ${withoutCredentials(text)}`)
  }
  return Number(text)
}
