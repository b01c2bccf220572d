/** Splits the text of a stream into blocks as simple readers do: at each blank line, and nothing else. */
export class BlockSplitter {
  #rest = ''

  /** Takes text in pieces of any size. Returns the blocks that it ends, without their blank lines. */
  push(text: string): readonly string[] {
    const blocks = (this.#rest + text).split('\n\n')
    this.#rest = blocks.pop() ?? ''
    return blocks
  }
}

/** Whether readers that hand on every block find data in it. */
export function hasData(block: string): boolean {
  return block.split('\n').some((line) => line.startsWith('data:'))
}
