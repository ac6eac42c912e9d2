import { OPTIONS, type OptionName } from '@bindery/server'
import type { Language } from '../language.js'
import { type Messages, messagesIn } from '../messages.js'

/** The part of the help page of `serve` on its options, with their defaults. */
export function optionsPage(language: Language): string {
  const messages = messagesIn(language)
  const entries = (Object.keys(OPTIONS) as OptionName[]).map((name) => entry(name, messages))
  return `${messages.help.options}\n\n${entries.join('\n\n')}\n`
}

function entry(name: OptionName, { options }: Messages): string {
  const { flag, variable, codec, fallback, sentence } = OPTIONS[name]
  const flagText = flag === 'argument' ? codec.placeholder : [flag, codec.placeholder].filter(Boolean).join(' ')
  const names =
    flag === undefined ? `${variable}=${codec.placeholder}` : [flagText, variable].filter(Boolean).join(', ')
  const isDefault = fallback !== undefined && fallback !== '' && codec.placeholder !== undefined
  const note = isDefault ? ` [${fallback}]` : ''
  return `  ${names}\n      ${options?.[name] ?? sentence}${note}`
}
