import { CATALOGUE, COMMON_CAUSES, causesOf, operations, SIGV4_CAUSES, s3Operations } from '@bindery/protocol'
import { anchor, code, table } from './markdown.mjs'

const INTRODUCTION = `An error of OSS has a coarse \`Code\`, which clients match on, and a fine \`EC\`, which identifies the cause; several causes share a
code. Each cause is one row of \`packages/protocol/src/errors/catalogue.ts\`. Its EC is given where OSS's own is known, and for
every refusal (403): an EC with \`-0009\` is Bindery's own. Retry states whether the
same request may succeed when it is sent again: never, now, or later. A word in braces is replaced by details of the
failure.`

const ANY = 'any request'
const ANY_S3 = 'any request of S3'

export function render() {
  const common = new Set(COMMON_CAUSES)
  const rows = Object.entries(CATALOGUE).map(([cause, { code: name, status, ec = '', retry, message }]) => [
    `<a id="${cause}"></a>${cause}`,
    code(name),
    String(status),
    ec,
    retry,
    message,
    common.has(cause) ? ANY : operationsOf(cause) || s3OperationsOf(cause),
  ])
  return `${INTRODUCTION}\n\n${table(['Cause', 'Code', 'Status', 'EC', 'Retry', 'Message', 'Answered by'], rows)}`
}

/** The requests of S3 that alone get a cause. */
function s3OperationsOf(cause) {
  const all = Object.values(s3Operations)
  const some = all.filter((operation) => causesOf(operation).has(cause))
  if (SIGV4_CAUSES.includes(cause) || some.length === all.length) return ANY_S3
  return some.map(({ name }) => `[S3's ${name}](s3.md)`).join(', ')
}

function operationsOf(cause) {
  return Object.values(operations)
    .filter((operation) => causesOf(operation).has(cause))
    .map(({ name }) => `[${name}](operations.md#${anchor(name)})`)
    .join(', ')
}
