// Runs in the page of the report, where uPlot and the data are global.
const COLORS = ['#1f77b4', '#d62728', '#2ca02c', '#888888']

/** The plots of a run: a title, and the columns that it draws by their names in the legend. */
const PLOTS = [
  ['Pods', { 'of the Deployment': 'pods', ready: 'ready' }],
  ['Streams of a pod', { fullest: 'most', mean: 'mean', emptiest: 'least', limit: 'limit' }],
  ['Subscribers without a stream', { waiting: 'waiting' }],
  ['Reconnects a second', { reconnects: 'reconnects' }],
]

const runs = JSON.parse(document.getElementById('data').textContent)
for (const [index, holder] of document.querySelectorAll('.plots').entries()) {
  const { minutes, columns, limit } = runs[index]
  const all = { ...columns, limit: minutes.map(() => limit) }
  for (const [title, lines] of PLOTS) {
    const series = Object.keys(lines).map((label, color) => ({ label, stroke: COLORS[color] }))
    const options = {
      title,
      width: 600,
      height: 220,
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.05)] } },
      series: [{ label: 'minute' }, ...series],
    }
    const data = [minutes, ...Object.values(lines).map((column) => all[column])]
    holder.append(new uPlot(options, data).root)
  }
}
