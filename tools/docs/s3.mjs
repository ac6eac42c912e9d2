import { ABSENT_S3_OPERATIONS, operations, s3Operations } from '@bindery/protocol'
import { anchor, code, table } from './markdown.mjs'
import { requestForms } from './requests.mjs'

const INTRODUCTION = `The table lists the operations of S3 that are known here. A request that is signed by AWS Signature Version 4, or that
carries the headers of an SDK of S3, is a request of S3; it reaches the same buckets and objects as those of OSS. An absent
operation answers \`501 NotImplemented\` and names itself. Headers that ask for what Bindery lacks are refused in the same way,
rather than ignored. Signatures of version 2 are refused.`

export function render() {
  const there = Object.values(s3Operations)
  const absentNames = new Set(ABSENT_S3_OPERATIONS.map(({ name }) => name))
  const rows = [
    ...there.map((operation) => [
      `[${operation.name}](${operation.source})`,
      requestForms(operation),
      operation.level,
      `as [${operation.handledAs}](operations.md#${anchor(operations[operation.handledAs].name)})`,
      refusals(operation.refuses ?? []),
    ]),
    ...ABSENT_S3_OPERATIONS.map((operation) => [
      operation.name,
      requestForms(operation),
      operation.level,
      'absent',
      '',
    ]),
  ]
  const count = `Implemented: ${there.length}. Absent: ${absentNames.size}.`
  const head = ['Operation', 'Request', 'Level', 'State', 'Refused by name']
  return `${INTRODUCTION}\n\n${count}\n\n${table(head, rows)}`
}

function refusals(refuses) {
  return refuses.map(({ name }) => code(name)).join(', ')
}
