/**
 * A paragraph of documentation for a terminal: at most `columns` wide, each line after the same indent,
 * without the backticks that mark code.
 */
export function wrapDoc(doc: string, columns: number, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of doc.replaceAll('`', '').split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && indent.length + longer.length > columns) {
      lines.push(indent + line)
      line = word
    } else {
      line = longer
    }
  }
  return [...lines, indent + line].join('\n')
}
