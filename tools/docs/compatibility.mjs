import { ABSENT_OPERATIONS, operations } from '@bindery/protocol'
import { anchor, table } from './markdown.mjs'
import { requestForms } from './requests.mjs'

const INTRODUCTION = `The table lists every operation of OSS that is known here. An absent operation answers \`501 NotImplemented\` and names itself, so that a client
learns that it is missing rather than that it failed. The limits of each operation that is present are in [Operations](operations.md).`

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
