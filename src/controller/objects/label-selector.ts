import type { LabelSelector } from './workloads.ts'

/** Labels as a query takes them: `app=runnel,tier in (a,b)`. */
export function formatLabelSelector({ matchLabels, matchExpressions }: LabelSelector): string {
  const labels = Object.entries(matchLabels ?? {}).map(([name, value]) => `${name}=${value}`)
  const expressions = (matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'In':
        return `${key} in (${values.join(',')})`
      case 'NotIn':
        return `${key} notin (${values.join(',')})`
      case 'DoesNotExist':
        return `!${key}`
      default:
        return key
    }
  })
  return [...labels, ...expressions].join(',')
}
