import { mkdtemp, rename, rm, symlink, writeFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { poll, publishCount } from '../support/clients/requests.ts'
import { startTestService } from '../support/service.ts'

/** A directory as Kubernetes mounts a ConfigMap: the file is a link into a directory that is swapped. */
class MountedFile implements AsyncDisposable {
  readonly path: string
  readonly #directory: string
  #version = 0

  private constructor(directory: string) {
    this.#directory = directory
    this.path = join(directory, 'capacity.json')
  }

  static async create(): Promise<MountedFile> {
    const mounted = new MountedFile(await mkdtemp(join(tmpdir(), 'runnel-')))
    await symlink(join('..data', 'capacity.json'), mounted.path)
    return mounted
  }

  async write(content: unknown): Promise<void> {
    const target = `..version${this.#version++}`
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    await mkdir(join(this.#directory, target))
    await writeFile(join(this.#directory, target, 'capacity.json'), text)
    await symlink(target, join(this.#directory, '..next'))
    await rename(join(this.#directory, '..next'), join(this.#directory, '..data'))
  }

  async remove(): Promise<void> {
    await rm(join(this.#directory, '..data'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#directory, { recursive: true })
  }
}

test('the limit follows the file: lowered it closes nobody, and an invalid file changes nothing', async () => {
  await using file = await MountedFile.create()
  await using service = await startTestService({ 'max-streams': '3', 'capacity-file': file.path })
  const { path } = file
  const untilLimit = async (limit: number, state: object) => {
    await eventually(() => {
      expect(service.snapshot()).toMatchObject({ limit, capacityFile: { path, ...state } })
    })
  }
  await untilLimit(3, { state: 'absent' })
  await using first = await EventStream.open(`${service.url}/stream/a`)
  await using second = await EventStream.open(`${service.url}/stream/a`)
  await second.event('runnel.open')

  await file.write({ limit: 1 })
  await untilLimit(1, { state: 'active' })
  await using third = await EventStream.open(`${service.url}/stream/a`)
  await third.event('runnel.full')
  await publishCount(service.url, 'a', 1)
  await Promise.all([first.take(1), second.take(1)])

  await file.write('{"limit": 0}')
  await untilLimit(1, { state: 'invalid', problem: expect.stringContaining('limit') })

  await file.write({ limit: 4 })
  await untilLimit(4, { state: 'active' })
  await using fourth = await EventStream.open(`${service.url}/stream/a`)
  await fourth.event('runnel.open')

  await file.remove()
  await untilLimit(3, { state: 'absent' })
})

test('a file beats flags from the start, in all that it names', async () => {
  await using file = await MountedFile.create()
  await file.write({
    limit: 2,
    connections: { heartbeat: '50ms', retry: '7s' },
    history: { events: 2 },
  })
  await using service = await startTestService({
    'max-streams': '1',
    heartbeat: '15s',
    retry: '1s',
    'history-events': '10',
    'capacity-file': file.path,
  })
  await publishCount(service.url, 'a', 2)
  await publishCount(service.url, 'a', 1)
  expect((await poll(service.url, '/poll/a?from=earliest')).events).toHaveLength(2)
  await using stream = await EventStream.open(`${service.url}/stream/a`)
  await stream.until(() => stream.comments[0], 'a heartbeat')
  const [retry] = stream.retries
  expect(retry).toBeGreaterThanOrEqual(3_500)
  expect(retry).toBeLessThanOrEqual(10_500)
  expect(service.snapshot().limit).toBe(2)
})

test('streams that are open follow a new heartbeat and a shorter history', async () => {
  await using file = await MountedFile.create()
  await using service = await startTestService({ 'capacity-file': file.path })
  const [first = ''] = await publishCount(service.url, 'a', 10)
  await using stream = await EventStream.open(`${service.url}/stream/a`)
  await stream.event('runnel.open')
  await file.write({ connections: { heartbeat: '50ms' }, history: { events: 3 } })
  await stream.until(() => stream.comments[0], 'a heartbeat')
  await publishCount(service.url, 'a', 1)
  const headers = { 'Last-Event-ID': first }
  await using late = await EventStream.open(`${service.url}/stream/a`, headers)
  const { data } = await late.event('runnel.gap')
  expect(JSON.parse(data)).toMatchObject({ reason: 'trimmed', missed: 7 })
  expect(await late.take(3)).toHaveLength(3)
})
