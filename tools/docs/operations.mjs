import { causesOf, operations } from '@bindery/protocol'
import { anchor, code, table } from './markdown.mjs'
import { requestForms } from './requests.mjs'

const NAMES = { service: 'the service', bucket: 'a bucket', object: 'an object' }

const INTRODUCTION = `Each operation below is one declaration in \`packages/protocol/src/operations\`; router, decoder, encoder and this page are derived from it.
Names, headers and documents are OSS's own, except for the [extensions](../guides/extensions.md), which are marked. In addition to the causes
listed with it, each operation may return [those of all requests](errors.md). An element in brackets may be missing; \`[]\` marks a repeated one.
\`x-oss-request-payer\` is accepted everywhere and changes nothing.`

export function render() {
  const all = Object.values(operations)
  const index = all.map(({ name, summary }) => `- [${name}](#${anchor(name)}): ${summary}`).join('\n')
  return [INTRODUCTION, index, ...all.map(section)].join('\n\n')
}

function section(operation) {
  const { name, summary, level, otherLevels = [], status, otherStatuses = [], body, result, input, output } = operation
  const parts = [
    `## ${name}`,
    `${summary} (${pageOf(operation)})`,
    `${requestForms(operation)} on ${[level, ...otherLevels].map((one) => NAMES[one]).join(' or ')}; success is ${[status, ...otherStatuses].join(' or ')}.`,
    fields('Request', sent(input), true),
    refusals(operation.refuses ?? []),
    document('Body', body),
    fields('Response headers', output, false),
    document('Response body', result),
    errors([...causesOf(operation)].sort()),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function errors(causes) {
  if (causes.length === 0) return 'Errors: only those that every operation has.'
  return `Errors: ${causes.map((cause) => `[${cause}](errors.md#${cause})`).join(', ')}.`
}

function pageOf({ extension = false, source }) {
  return extension ? `[extension](../../${source})` : `[official page](${source})`
}

function fields(title, record, isRequest) {
  const rows = Object.values(record).map((field) => [
    code(field.name),
    ...(isRequest ? [place(field)] : []),
    field.codec.name,
    presence(field, isRequest),
  ])
  if (rows.length === 0) return ''
  return table([title, ...(isRequest ? ['Place'] : []), 'Value', 'Presence'], rows)
}

/** The fields that requests have words for. */
function sent(input) {
  return Object.fromEntries(Object.entries(input).filter(([, { place }]) => place !== 'implied'))
}

function place({ place }) {
  if (place === 'either') return 'query or header'
  return place === 'metadata' ? 'headers' : place
}

function presence({ presence, fallback }, isRequest) {
  if (presence === 'required') return isRequest ? 'required' : 'always'
  if (presence === 'optional' || fallback === '') return isRequest ? 'optional' : 'if present'
  return isRequest ? `optional, else ${code(String(fallback))}` : 'always'
}

function refusals(refuses) {
  if (refuses.length === 0) return ''
  const names = refuses.map(({ place, name, unless = [] }) => {
    const values = unless.filter((value) => value !== '').map(code)
    return `${code(name)} (${place}${values.length > 0 ? `, unless ${values.join(', ')}` : ''})`
  })
  return `Rejected by name rather than ignored: ${names.join(', ')}.`
}

function document(title, value) {
  if (value === undefined) return ''
  if (value === 'bytes') return `${title}: the bytes of the content.`
  return `${title}:\n\n\`\`\`text\n${value.docLines().join('\n')}\n\`\`\``
}
