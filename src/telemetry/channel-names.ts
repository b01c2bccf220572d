/** The label of channels that are not listed, which no entry may have. */
const OTHER = 'other'

/**
 * What metrics and spans may call channels. A name of each channel would be without bound, so that only the entries
 * of a list are used: the name of a channel, or the beginning of names and `*`.
 */
export class ChannelNames {
  readonly #names: ReadonlySet<string>
  /** The longest first, since it says most about a channel. */
  readonly #prefixes: readonly string[]

  constructor(entries: readonly string[]) {
    this.#names = new Set(entries.filter((entry) => !entry.endsWith('*')))
    this.#prefixes = entries
      .filter((entry) => entry.endsWith('*'))
      .map((entry) => entry.slice(0, -1))
      .toSorted((a, b) => b.length - a.length)
  }

  /** The entry of a channel; undefined if it is not listed. */
  entryOf(channel: string): string | undefined {
    if (this.#names.has(channel)) return channel
    const prefix = this.#prefixes.find((each) => channel.startsWith(each))
    return prefix === undefined ? undefined : `${prefix}*`
  }

  /** The entry of a channel, or `other`. */
  labelOf(channel: string): string {
    return this.entryOf(channel) ?? OTHER
  }
}
