import { expect, test } from 'vitest'
import { Endpoint } from './endpoint.ts'

test.for([
  ['http://127.0.0.1', { port: 80, host: '127.0.0.1', basePath: '', isTls: false }],
  ['https://127.0.0.1/', { port: 443, host: '127.0.0.1', basePath: '', isTls: true }],
  ['http://[::1]:81/a/b/', { port: 81, host: '[::1]:81', basePath: '/a/b', name: '::1' }],
] as const)('%s', async ([url, expected]) => {
  const endpoint = await Endpoint.resolve({ url, connectTo: [] })
  expect(endpoint).toMatchObject(expected)
  expect(endpoint.nextIp()).toBe(endpoint.name)
})

test('given addresses are taken in turns, and the name stays', async () => {
  const connectTo = ['127.0.0.2', '127.0.0.3']
  const endpoint = await Endpoint.resolve({ url: 'http://news.test:82', connectTo })
  expect([endpoint.nextIp(), endpoint.nextIp(), endpoint.nextIp()]).toEqual([
    ...connectTo,
    '127.0.0.2',
  ])
  expect(endpoint).toMatchObject({ name: 'news.test', host: 'news.test:82', port: 82 })
})

test('a name is looked up once', async () => {
  const endpoint = await Endpoint.resolve({ url: 'http://localhost', connectTo: [] })
  expect(['127.0.0.1', '::1']).toContain(endpoint.nextIp())
})
