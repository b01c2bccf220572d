import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../rig/servers/free-port.ts'
import { toolPath } from './rig-tools.ts'
import { ServerProcess } from '../../rig/servers/server-process.ts'

/** Entries of `scrape_configs`, as objects: Prometheus reads JSON where it reads YAML. */
export type ScrapeConfig = Readonly<{ job_name: string } & Record<string, unknown>>

export interface PrometheusOptions {
  readonly scrapeConfigs: readonly ScrapeConfig[]
  /** Paths of files with rules, which are evaluated each second. */
  readonly ruleFiles?: readonly string[]
}

/** A series of an instant vector, with the labels of the metric. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Target {
  readonly job: string
  readonly url: string
  readonly health: 'up' | 'down' | 'unknown'
  /** Why the last scrape failed; empty if it did not. */
  readonly error: string
}

export interface Rule {
  readonly name: string
  readonly health: 'ok' | 'err' | 'unknown'
  /** Why the last evaluation failed; empty if it did not. */
  readonly error: string
  /** Of an alert: of its worst series. Undefined for a rule that records. */
  readonly state: 'inactive' | 'pending' | 'firing' | undefined
}

interface ApiTargets {
  readonly activeTargets: readonly {
    readonly scrapePool: string
    readonly scrapeUrl: string
    readonly health: Target['health']
    readonly lastError: string
  }[]
}

interface ApiRules {
  readonly groups: readonly {
    readonly rules: readonly (Pick<Rule, 'name' | 'health'> & {
      readonly lastError?: string
      readonly state?: Rule['state']
    })[]
  }[]
}

interface ApiVector {
  readonly resultType: string
  readonly result: readonly {
    readonly metric: Record<string, string>
    readonly value: readonly [number, string]
  }[]
}

/** A real Prometheus on a loopback port, with its data in a folder of its own. Disposal removes both. */
export class Prometheus implements AsyncDisposable {
  readonly url: string
  readonly #folder: string
  readonly #process: ServerProcess

  private constructor(url: string, folder: string, process: ServerProcess) {
    this.url = url
    this.#folder = folder
    this.#process = process
  }

  /** Scrapes each second, unless the configuration of a scrape says otherwise. */
  static async start({ scrapeConfigs, ruleFiles = [] }: PrometheusOptions): Promise<Prometheus> {
    const path = await toolPath('prometheus')
    const address = `127.0.0.1:${await freePort()}`
    const folder = await mkdtemp(join(tmpdir(), 'runnel-prometheus-'))
    const config = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ruleFiles,
      scrape_configs: scrapeConfigs,
    }
    const configFile = join(folder, 'prometheus.json')
    try {
      await writeFile(configFile, JSON.stringify(config))
      const process = await ServerProcess.start({
        path,
        args: [
          `--config.file=${configFile}`,
          `--storage.tsdb.path=${join(folder, 'data')}`,
          `--web.listen-address=${address}`,
          // By default targets are taken up only after five seconds.
          '--scrape.discovery-reload-interval=100ms',
        ],
        readyUrl: `http://${address}/-/ready`,
      })
      return new Prometheus(`http://${address}`, folder, process)
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** The samples of an instant vector at this moment; none, if no series fits. */
  async query(promql: string): Promise<readonly Sample[]> {
    const query = new URLSearchParams({ query: promql })
    const data = await this.#get<ApiVector>(`query?${query.toString()}`)
    if (data.resultType !== 'vector') throw new Error(`expected a vector, got ${data.resultType}`)
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
  }

  /** Throws until there are `count` targets, and each has been scraped: to be repeated with `eventually`. */
  async expectScraped(count: number): Promise<readonly Target[]> {
    const targets = await this.targets()
    const scraped = targets.filter(({ health }) => health === 'up')
    if (targets.length === count && scraped.length === count) return targets
    throw new Error(`expected ${count} scraped targets, got ${JSON.stringify(targets)}`)
  }

  async targets(): Promise<readonly Target[]> {
    const { activeTargets } = await this.#get<ApiTargets>('targets?state=active')
    return activeTargets.map(({ scrapePool, scrapeUrl, health, lastError }) => ({
      job: scrapePool,
      url: scrapeUrl,
      health,
      error: lastError,
    }))
  }

  /** All rules. Those that have not been evaluated have the health `unknown`. */
  async rules(): Promise<readonly Rule[]> {
    const { groups } = await this.#get<ApiRules>('rules')
    return groups.flatMap(({ rules }) =>
      rules.map(({ name, health, lastError: error = '', state }) => ({
        name,
        health,
        error,
        state,
      })),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}`)
    const answer = (await response.json()) as { data: T; error?: string }
    if (!response.ok) throw new Error(`Prometheus answers ${response.status}: ${answer.error}`)
    return answer.data
  }
}
