import { LocalFleet } from '../../src/capacity/local-fleet.ts'
import { ScriptedLog } from '../support/scripted-log.ts'
import { startTestService, type TestService } from '../support/service.ts'
import type { WorldServer } from './world-server.ts'

/** A whole service whose log is a scripted connection to a `WorldServer`. */
export class Pod implements AsyncDisposable {
  readonly log: ScriptedLog<WorldServer>
  readonly #service: TestService

  private constructor(log: ScriptedLog<WorldServer>, service: TestService) {
    this.log = log
    this.#service = service
  }

  static async start(server: WorldServer): Promise<Pod> {
    const log = new ScriptedLog(server)
    const open = async () => ({ log, fleet: new LocalFleet(), close: async () => log.close() })
    return new Pod(log, await startTestService({}, open))
  }

  get url(): string {
    return this.#service.url
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service[Symbol.asyncDispose]()
  }
}
