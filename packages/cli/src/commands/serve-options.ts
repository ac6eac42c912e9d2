import { OPTIONS, type OptionName } from '@bindery/server'
import { wrapped } from '../columns.js'
import { helpColumns } from '../help-page.js'
import type { Language } from '../language.js'
import { expectedInChinese } from '../messages/expected-zh.js'
import { type Messages, messagesIn } from '../messages.js'

/** The part of the help page of `serve` on its options, with their values and defaults. */
export function optionsPage(language: Language, columns = helpColumns()): string {
  const messages = messagesIn(language)
  const entries = (Object.keys(OPTIONS) as OptionName[]).map((name) => {
    const [names = '', ...lines] = entry(name, language, messages)
    return [`  ${names}`, ...lines.map((line) => wrapped(`      ${line}`, columns, '      '))].join('\n')
  })
  return `${wrapped(messages.help.options, columns)}\n\n${entries.join('\n\n')}\n`
}

/** Descriptions of values that add nothing to the placeholder and the sentence of the option. */
const SELF_EVIDENT = /^(?:a text$|true or false$|a URL|loopback|host names|the name|letters)/

function entry(name: OptionName, language: Language, { help, options }: Messages): readonly string[] {
  const { flag, variable, codec, fallback, sentence } = OPTIONS[name]
  const flagText = flag === 'argument' ? codec.placeholder : [flag, codec.placeholder].filter(Boolean).join(' ')
  const names =
    flag === undefined ? `${variable}=${codec.placeholder}` : [flagText, variable].filter(Boolean).join(', ')
  const isDefault = fallback !== undefined && fallback !== '' && codec.placeholder !== undefined
  const facts = [
    SELF_EVIDENT.test(codec.expected)
      ? ''
      : `${help.values}${language === 'zh' ? expectedInChinese(codec.expected) : codec.expected}`,
    isDefault ? `${help.fallback}${fallback}` : '',
  ].filter((fact) => fact !== '')
  return [names, options?.[name] ?? sentence, ...(facts.length > 0 ? [facts.join('  ')] : [])]
}
