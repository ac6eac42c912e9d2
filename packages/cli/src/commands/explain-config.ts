import { type ExplainedOption, explainConfig, OPTIONS, type OptionName, SECRET_OPTIONS } from '@bindery/server'
import { columnsOf, padColumns } from '../columns.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { messagesIn } from '../messages.js'
import { write, writeJson } from '../objects/output.js'

/** Options that a file may hold, though they are not secret. */
const READABLE: readonly OptionName[] = ['accessKeyId', 'blobsAccessKeyId']

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
  const rows = shown.map(({ name, text, source }) => [
    labelOf(name),
    text === undefined || text === '' ? '-' : text,
    source.kind === 'default' ? byDefault : source.kind === 'file' ? source.file : source.name,
  ])
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => columnsOf(row[column] ?? ''))))
  for (const [name = '', value = '', source = ''] of rows) {
    await write(`${padColumns(name, widths[0] ?? 0)}  ${padColumns(value, widths[1] ?? 0)}  ${source}\n`)
  }
  return EXIT.ok
}

/** The flag of an option, or the variable where it has no flag. */
function labelOf(name: OptionName): string {
  const { flag, variable, codec } = OPTIONS[name]
  return flag === 'argument' ? (codec.placeholder ?? name) : (flag ?? variable ?? name)
}

function withoutSecret(option: ExplainedOption): ExplainedOption {
  const isSecret = SECRET_OPTIONS.includes(option.name) && !READABLE.includes(option.name)
  return isSecret && option.text !== undefined ? { ...option, text: '***' } : option
}
