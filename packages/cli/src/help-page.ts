import { columnsOf, padColumns, wrapped } from './columns.js'
import { COMMAND_NAMES, COMMANDS, type CommandName, type Subject } from './command.js'
import { CONNECTION_FLAGS, FILTER_FLAGS, type FlagName, HEADER_FLAGS, METADATA_FLAGS, OUTPUT_FLAGS } from './flags.js'
import type { Language } from './language.js'
import type { HelpSentences } from './messages/sentences.js'
import { type Messages, messagesIn } from './messages.js'
import { type FlagReference, referenceOf } from './reference.js'

/** The columns of a help page: those of the terminal, within limits that keep lines readable. */
export function helpColumns(): number {
  return Math.min(Math.max(process.stdout.columns ?? COLUMNS_MAX, COLUMNS_MIN), COLUMNS_MAX)
}

const COLUMNS_MIN = 60
const COLUMNS_MAX = 100
/** Flags that take more columns have their text on the next line. */
const FLAG_COLUMNS_MAX = 34

/** The commands, one per line and by subject, and where to read more. */
export function overview({ help, commands }: Messages, columns = helpColumns()): string {
  const width = Math.max(...COMMAND_NAMES.map((name) => name.length)) + 4
  const sections = (Object.keys(help.subjects) as Subject[]).map((subject) => {
    const names = COMMAND_NAMES.filter((name) => COMMANDS[name].subject === subject)
    const lines = names.map((name) => hanging(`  ${name}`, commands[name].summary, width, columns))
    return [help.subjects[subject], ...lines, ''].join('\n')
  })
  const foot = [help.more, help.exitCodes].map((text) => wrappedLines(text, columns))
  return `${[help.title, help.usage, '', ...sections, ...foot].join('\n')}\n`
}

/** A help page from the table of commands: its arguments, flags and examples. */
export function pageOf(name: CommandName, language: Language, columns = helpColumns()): string {
  const { help } = messagesIn(language)
  const { synopsis, summary, details, flags, examples } = referenceOf(name, language)
  const sections = [
    synopsis
      .split(ALTERNATIVES)
      .map((form) => wrapped(`bindery ${name} ${form}`.trimEnd(), columns, '    '))
      .join('\n'),
    [summary, ...details].map((line) => wrapped(line, columns)).join('\n'),
    ...groupsOf(flags).map(([group, members]) => `${help.groups[group]}\n${flagLines(members, columns)}`),
    `${help.examples}\n${examples.map((line) => `  ${line}`).join('\n')}`,
  ]
  return `${sections.join('\n\n')}\n`
}

/** A bar outside of brackets separates the forms of a command line. */
const ALTERNATIVES = / \| (?![^[]*\])/

type Group = keyof HelpSentences['groups']

const GROUPS: Readonly<Record<Exclude<Group, 'own'>, readonly FlagName[]>> = {
  selection: [...FILTER_FLAGS, ...METADATA_FLAGS],
  properties: HEADER_FLAGS,
  server: CONNECTION_FLAGS,
  output: ['no-progress', ...OUTPUT_FLAGS],
}

/** The flags by what they are about; a group of one flag is not worth a heading. */
function groupsOf(flags: readonly FlagReference[]): readonly (readonly [Group, readonly FlagReference[]])[] {
  const groups = Object.entries(GROUPS) as [Group, readonly FlagName[]][]
  const groupOf = ({ flag }: FlagReference): Group => {
    const [group, names = []] = groups.find(([, members]) => members.includes(flag)) ?? ['own']
    return flags.filter((other) => names.includes(other.flag)).length > 1 ? group : 'own'
  }
  return (['own', ...groups.map(([group]) => group)] as Group[])
    .map((group) => [group, flags.filter((flag) => groupOf(flag) === group)] as const)
    .filter(([, members]) => members.length > 0)
}

function flagLines(flags: readonly FlagReference[], columns: number): string {
  const widths = flags.map(({ usage }) => columnsOf(usage)).filter((width) => width <= FLAG_COLUMNS_MAX)
  const width = Math.max(4, ...widths) + 4
  return flags.map(({ usage, text }) => hanging(`  ${usage}`, text, width, columns)).join('\n')
}

/** A term and its text, which begins at a column and keeps to it: on the line of the term, or below it where that is longer. */
function hanging(term: string, text: string, start: number, columns: number): string {
  const indent = ' '.repeat(start)
  const isLong = columnsOf(term) + 2 > start
  const first = isLong ? `${term}\n` : ''
  return `${first}${wrapped(`${isLong ? indent : padColumns(term, start)}${text}`, columns, indent)}`
}

/** A text of several lines, each wrapped. */
function wrappedLines(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => wrapped(line, columns))
    .join('\n')
}
