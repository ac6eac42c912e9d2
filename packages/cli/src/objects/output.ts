import { once } from 'node:events'
import { columnsOf, padColumns } from '../columns.js'
import { EXIT } from '../exit-codes.js'

let isWatched = false

/** Writes to standard output, and waits while its reader is slower. Where the reader has gone, the process ends. */
export async function write(content: string | Uint8Array): Promise<void> {
  if (!isWatched) {
    isWatched = true
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit(EXIT.interrupted)
    })
  }
  if (!process.stdout.write(content)) await once(process.stdout, 'drain')
}

let select: ((value: object) => unknown) | undefined

/** From now on lines of JSON are what a JMESPath expression takes of them. Throws Failure `valueInvalid`. */
export async function selectJson(expression: string): Promise<void> {
  const { compileQuery } = await import('./query.js')
  select = compileQuery(expression)
}

/** Prints one line of JSON, or what `--output-query` takes of it; where that is nothing, no line. */
export async function writeJson(value: object): Promise<void> {
  const selected = select === undefined ? value : select(value)
  if (selected !== undefined && selected !== null) await write(`${JSON.stringify(selected)}\n`)
}

let isQuiet = false

/** Whether `--quiet` was given. */
export function hushed(): boolean {
  return isQuiet
}

/** From now on nothing but data and failures is printed. */
export function hush(): void {
  isQuiet = true
}

/** Prints a line on standard error, unless `--quiet` was given. */
export function note(line: string): void {
  if (!isQuiet) process.stderr.write(`${line}\n`)
}

/** Prints what has failed on standard error. */
export function complain(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** A command line to paste into a shell. */
export function commandLineOf(command: string, args: readonly string[]): string {
  const quoted = args.map((one) => (/^[\w@%+=:,./-]+$/.test(one) ? one : `'${one.replaceAll("'", "'\\''")}'`))
  return ['bindery', command, ...quoted].join(' ')
}

/** `2026-11-30T06:38:21Z`. */
export function timeText(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z')
}

/** Names and values, one per line, aligned. */
export function table(rows: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...rows.map(([name]) => columnsOf(name))) + 3
  return rows.map(([name, value]) => `${padColumns(`${name}:`, width)}${value}\n`).join('')
}
