import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { spawnChild } from '../support/child-process.ts'

const MAIN = fileURLToPath(new URL('../../loadtest/main.ts', import.meta.url))

test('without a cluster the load test says how to bring one up, and has loaded nothing', async () => {
  // There is no kubectl, so no cluster answers.
  const env = { PATH: '', CLUSTER: 'existing', INGRESS_URL: 'http://127.0.0.1:1', IMAGE: 'runnel' }
  const child = spawnChild(process.execPath, [MAIN, '--target=cluster'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'loadtest: no cluster runs here: make cluster brings one up\n',
  })
})
