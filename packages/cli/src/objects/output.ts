import { once } from 'node:events'
import { columnsOf, padColumns } from '../columns.js'
import { EXIT } from '../exit-codes.js'
import { lineFormatOf } from './format.js'
import { type Form, settings } from './settings.js'
import { xmlElement } from './xml.js'
import { yamlDocument } from './yaml.js'

let isWatched = false

/** From now on the process ends where the reader of its standard output has gone, such as `head`. */
export function endWithReader(): void {
  if (isWatched) return
  isWatched = true
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(EXIT.interrupted)
  })
}

/** Writes to standard output, and waits while its reader is slower. Where the reader has gone, the process ends. */
export async function write(content: string | Uint8Array): Promise<void> {
  if (settings().isSilent) return
  endWithReader()
  if (!process.stdout.write(content)) await once(process.stdout, 'drain')
}

/** Whole numbers that JSON cannot hold are text. */
export function plain(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

/** From now on lines of JSON are what a JMESPath expression takes of them. Throws Failure `valueInvalid`. */
export async function selectJson(expression: string): Promise<void> {
  const { compileQuery } = await import('./query.js')
  settings().select = compileQuery(expression)
}

/** From now on lines of JSON are documents of YAML, or elements of XML. */
export function useForm(form: Form): void {
  settings().form = form
}

/** From now on lines of JSON are lines by a template, where they have all of its names. */
export function formatJson(template: string): void {
  settings().lineOf = lineFormatOf(template)
}

/** Whether there was a template, and nothing that it is for. */
export function isUnfit(): boolean {
  const { lineOf, hasFormatted } = settings()
  return lineOf !== undefined && hasFormatted === false
}

/** Lines on the way to a result, which may have the same names. */
const ON_THE_WAY: ReadonlySet<unknown> = new Set(['part', 'progress', 'retry'])

function isResult(value: { readonly t?: unknown }): boolean {
  return !ON_THE_WAY.has(value.t)
}

/** Prints one line of JSON, or what `--output-query` or `--format` makes of it; where that is nothing, no line. */
export async function writeJson(value: object): Promise<void> {
  const { select, lineOf } = settings()
  if (lineOf !== undefined) {
    const line = isResult(value) ? lineOf(value) : undefined
    settings().hasFormatted = settings().hasFormatted === true || line !== undefined
    return write(line ?? '')
  }
  const selected = select === undefined ? value : select(value)
  if (selected === undefined || selected === null) return
  await write(textIn(settings().form, selected))
}

/** A line of JSON, a document of YAML or an element of XML. */
export function textIn(form: Form = 'json', value: unknown): string {
  if (form === 'yaml') return yamlDocument(value, plain)
  return form === 'xml' ? xmlElement(value, plain) : `${JSON.stringify(value, plain)}\n`
}

/** Whether `--quiet` was given. */
export function hushed(): boolean {
  return settings().isQuiet
}

/** Whether progress may be drawn. */
export function mayDraw(): boolean {
  const { isQuiet, isOneOfMany } = settings()
  return !isQuiet && !isOneOfMany
}

/** From now on times are printed in UTC. */
export function useUtc(): void {
  settings().isUtc = true
}

/** From now on nothing but data and failures is printed. */
export function hush(): void {
  settings().isQuiet = true
}

/** Prints a line on standard error, unless `--quiet` was given. */
export function note(line: string): void {
  if (!settings().isQuiet) process.stderr.write(`${line}\n`)
}

/** Prints what has failed on standard error; ossutil 1 prints it on standard output. */
export function complain(line: string): void {
  if (settings().isOssutil) process.stdout.write(`Error: ${line.replace(/^bindery: /, '')}\n`)
  else process.stderr.write(`${line}\n`)
}

/** Names and values, one per line, aligned. */
export function table(rows: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...rows.map(([name]) => columnsOf(name))) + 3
  return rows.map(([name, value]) => `${padColumns(`${name}:`, width)}${value}\n`).join('')
}
