import { explainConfig, labelOf, sourceOf, withoutSecret } from '@bindery/server'
import { columnsOf, padColumns } from '../columns.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { messagesIn } from '../messages.js'
import { write, writeJson } from '../objects/output.js'

/**
 * `bindery config explain [DIR] [flags of serve]`: prints each option with the value that a server would get from these flags, the
 * environment and the file, and its source. Throws Failure as readConfig.
 */
export async function explainCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const options = explainConfig(args, env)
  const hasJson = options.some(({ name, text }) => name === 'json' && text === 'true')
  const shown = options.filter(({ name }) => name !== 'json').map(withoutSecret)
  if (hasJson) {
    for (const { name, text, source } of shown) await writeJson({ option: labelOf(name), value: text ?? null, source })
    return EXIT.ok
  }
  const { byDefault } = messagesIn(language)
  const rows = shown.map((option) => [
    labelOf(option.name),
    option.text === undefined || option.text === '' ? '-' : option.text,
    option.source.kind === 'default' ? byDefault : sourceOf(option),
  ])
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => columnsOf(row[column] ?? ''))))
  for (const [name = '', value = '', source = ''] of rows) {
    await write(`${padColumns(name, widths[0] ?? 0)}  ${padColumns(value, widths[1] ?? 0)}  ${source}\n`)
  }
  return EXIT.ok
}
