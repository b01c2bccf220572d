import { startTestService, type TestService } from '../support/service.ts'
import { MountedFile } from '../support/mounted-file.ts'

export const TOKEN = 'a-secret-of-the-operators'

/** The routes that need the token, each with a body. */
export const POSTS = [
  ['/drain', ''],
  ['/shed', '{"count":1,"over":0}'],
] as const

export interface GuardedService extends TestService {
  readonly file: MountedFile
}

/** A service with a token file that ends with a line break, as editors and `kubectl` leave it. */
export async function startWithToken(token: string = TOKEN): Promise<GuardedService> {
  const file = await MountedFile.create('token')
  await file.write(`${token}\n`)
  const service = await startTestService({ 'admin-token-file': file.path })
  return {
    ...service,
    file,
    async [Symbol.asyncDispose]() {
      await service.stop()
      await file[Symbol.asyncDispose]()
    },
  }
}
