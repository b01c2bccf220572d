import { flagOf, variableOf } from '../src/config/names.ts'
import { liveSettings } from '../src/config/capacity-file.ts'
import type { Setting } from '../src/config/setting.ts'
import { settingsIn } from '../src/config/define-table.ts'
import { TABLES } from '../src/config/command-tables.ts'
import { code, table } from '../reporting/markdown.ts'

const COMMANDS = [
  { groups: TABLES.serve.groups, title: '', level: '##' },
  { groups: TABLES.control.groups, title: '## Settings of runnel control', level: '###' },
]

/** The reference page of all settings. */
export function renderSettings(): string {
  const [serve = [], ...others] = COMMANDS.map(({ groups, title, level }) => [
    ...(title === '' ? [] : [title]),
    ...Object.keys(groups).map(
      (group) => `${level} ${group}\n\n${renderGroup(settingsIn(groups, group))}`,
    ),
  ])
  return [OPENING, ...serve, renderCapacityFile(), ...others.flat()].join('\n\n')
}

const OPENING = `# Settings

<!-- Made from src/config by \`npm run docs\`; changes go there. -->

Every setting is an environment variable, and a flag of its command under the same name: of \`runnel serve\`,
or of [\`runnel control\`](#settings-of-runnel-control). The first of these that names it wins:

1. the [capacity file](#capacity-file), for the settings it knows
2. the flag
3. the variable
4. the default

\`runnel explain\` prints what is in force and where it comes from, \`runnel explain control\` the same for the
controller, \`runnel explain NAME\` the page of one setting. A service with wrong settings does not start: it names all of them and exits with code 2.

- Durations are a whole number and its unit: \`250ms\`, \`15s\`, \`5m\`, \`1h\`.
- Sizes are \`64KiB\`, \`16MiB\`, \`1GiB\`, or a plain number of bytes.
- Addresses are \`127.0.0.1:8080\`, \`[::1]:8080\`, or for all interfaces \`0.0.0.0:8080\` (IPv4) and \`[::]:8080\`
  (IPv6 and IPv4, or IPv4 alone on a machine without IPv6).
- Lists are separated by commas. A flag may be repeated instead.
- An empty variable counts as unset. One with the prefix \`RUNNEL_\` that is no setting of any command makes
  a warning, unless it is one of those that Kubernetes sets for a Service.`

function renderGroup(settings: readonly Setting[]): string {
  const rows = settings.map(({ name, kind, default: written = '', doc }) => {
    const standard = written === '' ? '' : code(written)
    return [code(variableOf(name)), code(flagOf(name)), standard, kind.range, doc]
  })
  return table(['Variable', 'Flag', 'Default', 'Range', 'Meaning'], rows)
}

function renderCapacityFile(): string {
  const rows = liveSettings(TABLES.serve).map(({ name, live }) => [
    code(live),
    code(variableOf(name)),
  ])
  return `## Capacity file

The file that \`RUNNEL_CAPACITY_FILE\` names changes these settings while the service runs. Every key may
be left out; an unknown one makes the file invalid. Its values have the ranges of the settings they beat.

\`\`\`json
${CAPACITY_EXAMPLE}
\`\`\`

${table(['Key', 'Beats'], rows)}`
}

const CAPACITY_EXAMPLE = `{
  "limit": 1500,
  "connections": { "maxAge": "1h", "heartbeat": "15s", "retry": "3s", "perPrincipal": 50 },
  "history": { "events": 1000, "age": "1h" },
  "drain": { "window": "20s" }
}`
