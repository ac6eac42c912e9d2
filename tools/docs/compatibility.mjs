import { ABSENT_OPERATIONS, operations } from '@bindery/protocol'
import { anchor, table } from './markdown.mjs'
import { requestForms } from './requests.mjs'

const INTRODUCTION = `Every operation of OSS that is known here stands in the table. An absent one answers \`501 NotImplemented\` by its own name, so that a client learns what is missing
rather than that something failed. What an operation that is there refuses, its section in [Operations](operations.md) says.`

export function render() {
  const there = Object.values(operations)
  const names = new Set(ABSENT_OPERATIONS.map(({ name }) => name))
  const rows = [
    ...there.map((operation) => [
      `[${operation.name}](operations.md#${anchor(operation.name)})`,
      requestForms(operation),
      [operation.level, ...(operation.otherLevels ?? [])].join(', '),
      operation.extension === true ? 'extension' : 'implemented',
    ]),
    ...ABSENT_OPERATIONS.map((operation) => [operation.name, requestForms(operation), operation.level, 'absent']),
  ]
  const extensions = there.filter(({ extension }) => extension === true).length
  const count = `Implemented: ${there.length - extensions}. Absent: ${names.size}. Extensions, which OSS does not have: ${extensions}.`
  return `${INTRODUCTION}\n\n${count}\n\n${table(['Operation', 'Request', 'Level', 'State'], rows)}`
}
