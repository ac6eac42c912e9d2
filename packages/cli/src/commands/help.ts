import { OPTIONS, type OptionName } from '@bindery/server'
import type { Messages } from '../messages.js'

/** The output of `bindery help`: the commands, and every option with its flag, variable and default. */
export function help(messages: Messages): string {
  return `${messages.usage}\n\n${messages.optionsTitle}\n\n${optionNames()
    .map((name) => entry(name, messages))
    .join('\n')}`
}

function optionNames(): OptionName[] {
  return Object.keys(OPTIONS) as OptionName[]
}

function entry(name: OptionName, messages: Messages): string {
  const { flag, variable, codec, fallback } = OPTIONS[name]
  const flagText = flag === 'argument' ? codec.placeholder : [flag, codec.placeholder].filter(Boolean).join(' ')
  const names =
    flag === undefined ? `${variable}=${codec.placeholder}` : [flagText, variable].filter(Boolean).join(', ')
  const isDefault = fallback !== undefined && fallback !== '' && codec.placeholder !== undefined
  const note = isDefault ? ` ${messages.defaultNote(fallback)}` : ''
  return `  ${names}\n      ${messages.option(name)}${note}\n`
}
