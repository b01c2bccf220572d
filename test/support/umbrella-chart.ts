import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHART, runHelm, type Helm } from '../../rig/release/helm.ts'

/** A dependency in Chart.yaml, as far as a chart chooses it. */
export interface DependencyOptions {
  readonly condition?: string
  readonly alias?: string
}

/** A chart without objects of its own, which has the chart of Runnel as a dependency. */
export class UmbrellaChart implements AsyncDisposable {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async create(helm: Helm, ...options: DependencyOptions[]): Promise<UmbrellaChart> {
    const umbrella = new UmbrellaChart(await mkdtemp(join(tmpdir(), 'runnel-umbrella-')))
    const dependencies = options.map((option) => ({
      name: 'runnel',
      version: '*',
      repository: `file://${CHART}`,
      ...option,
    }))
    const chart = { apiVersion: 'v2', name: 'umbrella', version: '0.1.0', dependencies }
    // JSON is YAML, too.
    await writeFile(join(umbrella.path, 'Chart.yaml'), JSON.stringify(chart))
    await runHelm(helm, ['dependency', 'update', umbrella.path])
    return umbrella
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true })
  }
}
