/** What problems show of the values that they are about. */
import { expect, test } from 'vitest'
import { formatProblem, type Environment } from './read-setting.ts'
import { resolve } from './resolve.ts'
import { SERVE_TABLE } from './serve/serve-table.ts'

function problemsOf(env: Environment): readonly string[] {
  const resolution = resolve(SERVE_TABLE, { env })
  return resolution.kind === 'resolved' ? [] : resolution.problems.map(formatProblem)
}

test.for([
  ['RUNNEL_REDIS_URL', 'redis:/app:hidden@redis.example'],
  ['RUNNEL_REDIS_URL', 'redis://app:hidden@redis.example:port'],
  ['RUNNEL_REDIS_URL', 'redis://redis.example?password=hidden'],
  ['RUNNEL_CORS_ORIGINS', 'https://app:hidden@app.example'],
  ['RUNNEL_CORS_ORIGINS', 'https://app:hid,hidden,den@app.example'],
  ['RUNNEL_CORS_ORIGINS', 'https://a.example,https://app:hidden,hidden@app.example'],
  ['RUNNEL_LISTEN', 'http://app:hidden@0.0.0.0:8080'],
] as const)('the problem of %s=%s shows no password', ([variable, value]) => {
  const problems = problemsOf({ [variable]: value })
  expect(problems).toEqual([expect.stringContaining(variable)])
  expect(problems.join('\n')).not.toMatch(/hid|den/)
})

test('the problem of a value is one line of bounded length, whatever the value', () => {
  const [problem = '', ...others] = problemsOf({ RUNNEL_RETRY: `${'3'.repeat(5_000)}\n\nlines` })
  expect(others).toEqual([])
  expect(problem).toContain('got "333')
  expect(problem.length).toBeLessThan(300)
  expect(problem).not.toContain('\n')
})
