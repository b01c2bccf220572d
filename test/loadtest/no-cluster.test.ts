import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../../loadtest/main.ts', import.meta.url))

test('without a cluster the load test says how to bring one up, and has loaded nothing', async () => {
  // There is no kubectl, so no cluster answers.
  const env = { PATH: '', CLUSTER: 'existing', INGRESS_URL: 'http://127.0.0.1:1', IMAGE: 'runnel' }
  const { promise, resolve } = Promise.withResolvers<{ code: unknown; stderr: string }>()
  execFile(process.execPath, [MAIN, '--target=cluster'], { env }, (error, _, stderr) => {
    resolve({ code: error?.code, stderr })
  })
  expect(await promise).toEqual({
    code: 2,
    stderr: 'loadtest: no cluster runs here: make cluster brings one up\n',
  })
})
