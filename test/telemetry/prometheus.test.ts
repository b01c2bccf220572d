import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeWithTools } from '../support/describe-with-tools.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import { Prometheus } from '../support/prometheus.ts'

describeWithTools('Prometheus', ['prometheus'], () => {
  test('it scrapes its targets, and evaluates the rules that it is given', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'runnel-rules-'))
    const ruleFile = join(folder, 'rules.json')
    const rules = [{ record: 'job:up:sum', expr: 'sum by (job) (up)' }]
    await writeFile(ruleFile, JSON.stringify({ groups: [{ name: 'up', rules }] }))
    try {
      await using target = await Prometheus.start({ scrapeConfigs: [] })
      await using prometheus = await Prometheus.start({
        scrapeConfigs: [
          { job_name: 'other', static_configs: [{ targets: [new URL(target.url).host] }] },
        ],
        ruleFiles: [ruleFile],
      })

      const targets = await eventually(async () => prometheus.expectScraped(1))

      expect(targets).toEqual([
        { job: 'other', url: `${target.url}/metrics`, health: 'up', error: '' },
      ])
      const samples = await eventually(async () => {
        const found = await prometheus.query('job:up:sum')
        expect(found).toHaveLength(1)
        return found
      })
      expect(samples).toEqual([{ labels: { __name__: 'job:up:sum', job: 'other' }, value: 1 }])
      expect(await prometheus.query('absent_metric')).toEqual([])
      await expect(prometheus.query('sum(')).rejects.toThrow(/answers 400: .*parse error/)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('a target that does not answer is not taken for a scraped one', async () => {
    const silent = `127.0.0.1:${await freePort()}`
    await using prometheus = await Prometheus.start({
      scrapeConfigs: [{ job_name: 'silent', static_configs: [{ targets: [silent] }] }],
    })

    const [target] = await eventually(async () => {
      const targets = await prometheus.targets()
      expect(targets.map(({ health }) => health)).toEqual(['down'])
      return targets
    })

    expect(target!.error).toContain('connection refused')
    await expect(prometheus.expectScraped(1)).rejects.toThrow('expected 1 scraped')
  })
})
