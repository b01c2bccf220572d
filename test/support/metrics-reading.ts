export type LabelValues = Readonly<Record<string, string>>

interface Series {
  readonly name: string
  readonly labels: LabelValues
  readonly value: number
}

/** What one read of `/metrics` gave. */
export class MetricsReading {
  readonly text: string
  readonly series: readonly Series[]

  constructor(text: string) {
    this.text = text
    this.series = text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map(parseLine)
  }

  static async of(adminUrl: string): Promise<MetricsReading> {
    const response = await fetch(`${adminUrl}/metrics`)
    if (response.status !== 200) throw new Error(`expected status 200, got ${response.status}`)
    return new MetricsReading(await response.text())
  }

  /** All series of a metric with these labels, and maybe others. */
  of(name: string, labels: LabelValues = {}): readonly Series[] {
    return this.series.filter(
      (series) =>
        series.name === name &&
        Object.entries(labels).every(([label, value]) => series.labels[label] === value),
    )
  }

  /** The sum of these series; undefined if there is none. */
  sum(name: string, labels: LabelValues = {}): number | undefined {
    const found = this.of(name, labels)
    return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
  }

  /** The values of a label in all series of a metric. */
  values(name: string, label: string): readonly string[] {
    return [...new Set(this.of(name).map(({ labels }) => labels[label] ?? ''))].toSorted()
  }
}

function parseLine(line: string): Series {
  const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
  if (name === undefined) throw new Error(`expected a line of a metric, got ${line}`)
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label, text]) => [label, text])),
    value: Number(value?.replace('+Inf', 'Infinity')),
  }
}
