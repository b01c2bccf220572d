import { describeAmounts } from './report/describe-result.ts'
import { FIGURE_NAMES, FIGURE_TEXTS, showFigure } from './report/figure-texts.ts'
import { ALL_SCENARIOS, ALL_SUITES, DEFAULT_NAME } from './scenarios/all-scenarios.ts'
import type { Scenario, Suite } from './scenarios/scenario.ts'
import { thresholdsOf } from './scenarios/thresholds.ts'

const WIDTH = 100
const NO_BREAK = '\u00a0'

export const USAGE = `Usage: npm run loadtest -- [SCENARIO] [options]

Loads a server with subscribers that check every event, and says what it stands: how late events come, what is
lost, repeated or out of order, and what the server and the load itself need. Without options it loads the local
cluster (make cluster) if that is up, else a service of its own behind nginx. loadtest/README.md explains the figures.

  npm run loadtest                                            a fan-out to 1,000 subscribers, for a minute
  npm run loadtest -- reconnect-storm --subscribers 5000      what a cut of all streams costs
  npm run loadtest -- --url https://events.example.com --publish-url http://10.0.0.7:8080 \\
    --header "Authorization: Bearer $TOKEN"                   a server of your own

Scenarios (--list tells of them; ${DEFAULT_NAME} is the default):
${wrap(ALL_SUITES.map(({ name }) => name).join(', ')).join('\n')}

What is loaded
  --target NAME        cluster, local (a service behind nginx), or auto: the cluster if it is up (auto)
  --keep               leave what was installed in the cluster, to look at
  --url URL            a server that runs already: the URL in front of /stream/…
  --publish-url URL    the same for publishes, where the first does not let them through
  --admin-url URL      the admin listener of a process of it, whose /metrics are read; may be repeated
  --admin-header 'N: VALUE'
                       a header for the admin listeners, as where a proxy in front asks for credentials
  --header 'N: VALUE'  a further header of all other requests; may be repeated, and is never printed
  --dialect NAME       another kind of server: plain, nchan or mercure (runnel)

How much; a scenario has defaults of its own, which --list prints
  --subscribers N      streams
  --channels N         channels, among which the subscribers are spread evenly
  --rate N             events a second, over all channels
  --seconds N          of the main part
  --bytes N            data of an event
  --drivers N          processes that hold the subscribers (one less than the cores); one more publishes

What comes of it
  --out FOLDER         for the report, as a page and as JSON (build/loadtest)
  --baseline FILE      the report.json of an earlier run, to compare with
  --json               print the report as JSON in place of tables
  --list               print the scenarios, with what they teach and what they judge by
  --help               print this

Exit codes: 0 all thresholds met; 1 one not met, or the run failed; 2 nothing was loaded; 130 and 143 interrupted.
After the first Ctrl-C the report so far is written; the second one ends at once.
`

/** All scenarios, with their stories, amounts and thresholds. */
export function listScenarios(): string {
  const suites = ALL_SUITES.filter(({ scenarios }) => scenarios.length > 1)
  return [...ALL_SCENARIOS.map(describeScenario), ...suites.map(describeSuite)].join('\n')
}

function describeSuite({ name, story, scenarios }: Suite): string {
  const names = scenarios.map((scenario) => scenario.name).join(', ')
  return [name, ...wrap(story), `  Runs ${names}.`, ''].join('\n')
}

function describeScenario(scenario: Scenario): string {
  const { name, story, defaults, needs } = scenario
  const thresholds = thresholdsOf(scenario, defaults)
  const limits = FIGURE_NAMES.flatMap((figure) => {
    const most = thresholds[figure]
    return most === undefined ? [] : [`${FIGURE_TEXTS[figure].head} ${showFigure(figure, most)}`]
  })
  return [
    name,
    ...wrap(story),
    ...wrap(`Load: ${describeAmounts(defaults)}.`),
    ...wrap(`At most: ${limits.map(unbroken).join(', ')}.`),
    ...describeNeeds(needs),
    '',
  ].join('\n')
}

function describeNeeds(needs: Scenario['needs']): readonly string[] {
  if (needs.length === 0) return []
  const isOfCluster = needs.some((ability) => ability === 'autoscaling' || ability === 'tracing')
  return [isOfCluster ? '  Needs the cluster.' : '  Breaks what it loads, so it takes no --url.']
}

/** A figure and its value stay on one line. */
function unbroken(text: string): string {
  return text.replaceAll(' ', NO_BREAK)
}

function wrap(text: string): readonly string[] {
  const lines: string[] = []
  let line = ' '
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > WIDTH) {
      lines.push(line)
      line = ' '
    }
    line += ` ${word}`
  }
  return [...lines, line].map((each) => each.replaceAll(NO_BREAK, ' '))
}
