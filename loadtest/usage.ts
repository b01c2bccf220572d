import { ALL_SCENARIOS, ALL_SUITES, DEFAULT_NAME } from './scenarios/all-scenarios.ts'
import type { Scenario, Suite } from './scenarios/scenario.ts'

const WIDTH = 100

export const USAGE = `Usage: npm run loadtest -- [SCENARIO] [options]

Loads a server with subscribers that check every event, and says what it stands: how late events come, what is
lost, repeated or out of order, and what server and drivers need. Without options it loads the local cluster
(make cluster) if that is up, else a service of its own behind nginx.

  npm run loadtest                                            a fan-out to 1,000 subscribers, for a minute
  npm run loadtest -- reconnect-storm --subscribers 5000      what a cut of all streams costs
  npm run loadtest -- --url https://events.example.com --publish-url http://10.0.0.7:8080 \\
    --header "Authorization: Bearer $TOKEN"                   a server of your own

Scenarios (--list tells of them; ${DEFAULT_NAME} is the default):
${wrap(ALL_SUITES.map(({ name }) => name).join(', ')).join('\n')}

What is loaded
  --target NAME        auto, cluster or local (auto)
  --keep               what was installed in the cluster stays, for people to look at
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
  --drivers N          processes with subscribers (one less than the cores)

What comes of it
  --out FOLDER         for the report, as a page and as JSON (build/loadtest)
  --baseline FILE      the report.json of an earlier run, to compare with
  --json               print the report as JSON in place of tables
  --list               print the scenarios, with what they teach and what they judge by
  --help               print this

Exit codes: 0 all thresholds met; 1 one not met, or the run failed; 2 it could not begin; 130 and 143 interrupted.
After the first Ctrl-C the report so far is written; the second one ends at once.
`

/** All scenarios, with their stories, amounts and thresholds. */
export function listScenarios(): string {
  const suites = ALL_SUITES.filter(({ scenarios }) => scenarios.length > 1)
  return [...ALL_SCENARIOS.map(describeScenario), ...suites.map(describeSuite)].join('\n')
}

function describeSuite({ name, story, scenarios }: Suite): string {
  const names = scenarios.map((scenario) => scenario.name).join(', ')
  return [name, ...wrap(story), `  runs ${names}`, ''].join('\n')
}

function describeScenario({ name, story, defaults, thresholds, needs }: Scenario): string {
  const { subscribers, channels, rate, seconds, bytes } = defaults
  const amounts = `${subscribers} subscribers, ${channels} channels, ${rate} events/s of ${bytes} bytes, ${seconds} s`
  const limits = Object.entries(thresholds).map(([figure, most]) => `${figure} ≤ ${most}`)
  return [
    name,
    ...wrap(story),
    `  ${amounts}`,
    ...wrap(limits.join(', ')),
    ...(needs.length === 0 ? [] : [`  needs a target with ${needs.join(', ')}`]),
    '',
  ].join('\n')
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
  return [...lines, line]
}
