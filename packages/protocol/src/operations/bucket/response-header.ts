import { matching } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { RESPONSE_HEADER_RULES_MAX } from '../../limits.js'
import { element, group, list, texts, xml } from '../../xml.js'
import { bucketDocument } from '../document.js'

const name = matching('name of a rule', /^.{1,128}$/s, 'malformedXml')
const operationName = matching('operation', /^(\*|[A-Za-z]{1,64})$/, 'malformedXml')
const headerName = matching('name of a header', /^[0-9A-Za-z-]{1,128}$/, 'malformedXml')

/** Headers that answers about the bucket and its objects leave out. */
export const bucketResponseHeader = bucketDocument({
  noun: 'BucketResponseHeader',
  what: 'the headers that answers leave out',
  subresource: 'responseHeader',
  document: xml('ResponseHeaderConfiguration', {
    rules: list('Rule', {
      name: element('Name', name),
      /** Names of operations; `*` for all, `Put` for PutObject. */
      filters: group('Filters', { operations: texts('Operation', operationName) }),
      hideHeaders: group('HideHeaders', { headers: texts('Header', headerName) }),
    }),
  }),
  unset: 'noSuchResponseHeader',
  check(config) {
    const { rules } = config
    const isEmpty =
      rules.length === 0 ||
      rules.some(({ filters, hideHeaders }) => !filters.operations.length || !hideHeaders.headers.length)
    if (isEmpty || rules.length > RESPONSE_HEADER_RULES_MAX) throw new OssError('malformedXml')
    return config
  },
})
