// The arguments of the programs in tools/ and benchmarks/. The comment at the beginning of a program is its help.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const EXIT_WRONG_USE = 2

/**
 * The arguments of the running program, as `parseArgs` of Node.js returns them. `--help` prints the program's help and ends it; a wrong argument
 * is reported with the help, and the exit code is 2.
 *
 * @template {import('node:util').ParseArgsConfig} T
 * @param {T} config
 * @returns {ReturnType<typeof parseArgs<T>>}
 */
export function readArguments(config) {
  const help = helpOf(readFileSync(process.argv[1], 'utf8'))
  const options = { ...config.options, help: { type: 'boolean', short: 'h' } }
  try {
    const { values, ...rest } = parseArgs({ ...config, options })
    const { help: isHelp, ...own } = values
    if (isHelp) end(0, help)
    return { ...rest, values: own }
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS_')) throw error
    end(EXIT_WRONG_USE, `${error.message.replace(/\. To specify a positional.*/s, '')}\n\n${help}`)
  }
}

/** @returns {never} */
function end(code, text) {
  const print = code === 0 ? console.log : console.error
  print(text)
  process.exit(code)
}

/** The comment at the beginning of a program, without its marks. @param {string} program */
function helpOf(program) {
  const lines = program.split('\n')
  const length = lines.findIndex((line) => !line.startsWith('//'))
  return lines
    .slice(0, length)
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n')
}
