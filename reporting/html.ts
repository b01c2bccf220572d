/** What self-contained pages of results share. */
import { readFileSync } from 'node:fs'

const UPLOT = new URL('../node_modules/uplot/dist/', import.meta.url)

/** Style and script of uPlot, to be inlined: a page must open from a file, without a network. */
export function readUplot(): { readonly style: string; readonly script: string } {
  return { style: read('uPlot.min.css'), script: read('uPlot.iife.min.js') }
}

/** The text of a cell, and its class where it looks otherwise than others. */
export type Cell = string | { readonly text: string; readonly class: string }

/** The first row is the head. */
export function renderTable(rows: readonly (readonly Cell[])[]): string {
  const [head = [], ...others] = rows
  return `<table><thead>${renderRow(head, 'th')}</thead><tbody>${others.map((cells) => renderRow(cells, 'td')).join('')}</tbody></table>`
}

/** Data for the page's scripts, in an element of this id. */
export function renderData(id: string, data: unknown): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`
}

/** For text, and for attributes in double quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

function renderRow(cells: readonly Cell[], tag: 'th' | 'td'): string {
  return `<tr>${cells.map((cell) => renderCell(cell, tag)).join('')}</tr>`
}

function renderCell(cell: Cell, tag: 'th' | 'td'): string {
  if (typeof cell === 'string') return `<${tag}>${escapeHtml(cell)}</${tag}>`
  return `<${tag} class="${escapeHtml(cell.class)}">${escapeHtml(cell.text)}</${tag}>`
}

function read(file: string): string {
  return readFileSync(new URL(file, UPLOT), 'utf8')
}
