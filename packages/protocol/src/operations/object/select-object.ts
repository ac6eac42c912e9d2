import { base64Bytes, bytesToString, textOfByteString, utf8Text } from '@bindery/bytes'
import { type Codec, oneOf, text } from '../../codec.js'
import type { Document } from '../../document.js'
import { OssError } from '../../errors/oss-error.js'
import { SELECT_CAUSES } from '../../errors/select-rows.js'
import { header, optional, query, required } from '../../field.js'
import { operation } from '../../operation.js'
import { defaultedElement, groupOrEmpty, storedOnly, xml } from '../../xml.js'
import { DECRYPTION_CAUSES } from '../encryption-fields.js'
import { apiPage, DOCUMENT_CAUSES, SYMLINK_CAUSES, VERSION_CAUSES, versionId } from '../shared.js'

/** Clients put blanks around values. */
const trimmed: Codec<string> = { ...text, decode: (value) => value.trim() }
const word: Codec<string> = { ...trimmed, name: 'word', decode: (value) => value.trim().toLowerCase() }
/** The Python SDK encodes it in base64, in requests for meta data alone. */
const compression: Codec<string> = {
  ...word,
  decode(value) {
    const encoded = base64Bytes(value.trim())
    const decoded = encoded && bytesToString(encoded).toLowerCase()
    return decoded === 'gzip' || decoded === 'none' ? decoded : value.trim().toLowerCase()
  },
}
/** The Python SDK writes `True`. */
const flag: Codec<boolean> = {
  name: 'true or false',
  decode: (value) => value.trim().toLowerCase() === 'true',
  encode: String,
}

function bytes(name: string, cause: 'selectInvalidSqlParameter' | 'selectInvalidInputRecordDelimiter'): Codec<string> {
  return {
    name,
    causes: [cause],
    decode(value) {
      const decoded = base64Bytes(value.trim())
      if (decoded === undefined) throw new OssError(cause, { reason: `The value "${value}" is not base64.` })
      return bytesToString(decoded)
    },
    encode: (value) => value,
  }
}

const delimiter = bytes('base64 of its bytes', 'selectInvalidInputRecordDelimiter')
const sql: Codec<string> = {
  ...bytes('base64 of SQL', 'selectInvalidSqlParameter'),
  decode(value, argument) {
    const decoded = textOfByteString(bytes('', 'selectInvalidSqlParameter').decode(value, argument))
    if (decoded === undefined || decoded.trim() === '') {
      throw new OssError('selectInvalidSqlParameter', { reason: 'The SQL expression is empty or not UTF-8.' })
    }
    return decoded
  },
}

const csvInput = groupOrEmpty('CSV', {
  fileHeaderInfo: defaultedElement('FileHeaderInfo', word, 'none'),
  recordDelimiter: defaultedElement('RecordDelimiter', delimiter, '\n'),
  fieldDelimiter: defaultedElement('FieldDelimiter', delimiter, ','),
  quoteCharacter: defaultedElement('QuoteCharacter', delimiter, '"'),
  commentCharacter: defaultedElement('CommentCharacter', delimiter, ''),
  range: defaultedElement('Range', trimmed, ''),
  allowQuotedRecordDelimiter: defaultedElement('AllowQuotedRecordDelimiter', flag, true),
})

const jsonInput = groupOrEmpty('JSON', {
  type: defaultedElement('Type', word, 'lines'),
  range: defaultedElement('Range', trimmed, ''),
  parseJsonNumberAsString: defaultedElement('ParseJsonNumberAsString', flag, false),
})

const inputSerialization = groupOrEmpty('InputSerialization', {
  compressionType: defaultedElement('CompressionType', compression, 'none'),
  csv: csvInput,
  json: jsonInput,
})

const outputSerialization = groupOrEmpty('OutputSerialization', {
  csv: groupOrEmpty('CSV', {
    recordDelimiter: defaultedElement('RecordDelimiter', delimiter, '\n'),
    fieldDelimiter: defaultedElement('FieldDelimiter', delimiter, ','),
    /** S3 alone: default: that of the input; and whether all fields are quoted. */
    quoteCharacter: storedOnly<string>(),
    quotesAll: storedOnly<boolean>(),
  }),
  json: groupOrEmpty('JSON', { recordDelimiter: defaultedElement('RecordDelimiter', delimiter, '\n') }),
  /** S3 alone: the format of the rows; default: that of the input. */
  format: storedOnly<'csv' | 'json'>(),
  keepAllColumns: defaultedElement('KeepAllColumns', flag, false),
  outputRawData: defaultedElement('OutputRawData', flag, false),
  enablePayloadCrc: defaultedElement('EnablePayloadCrc', flag, false),
  outputHeader: defaultedElement('OutputHeader', flag, false),
})

const selectRequest = xml('SelectRequest', {
  expression: defaultedElement('Expression', sql, ''),
  input: inputSerialization,
  output: outputSerialization,
  options: groupOrEmpty('Options', {
    skipPartialDataRecord: defaultedElement('SkipPartialDataRecord', flag, false),
    maxSkippedRecordsAllowed: defaultedElement('MaxSkippedRecordsAllowed', trimmed, '0'),
  }),
})

/** A query, in the words of OSS. */
export type SelectQuery = (typeof selectRequest extends Document<infer T> ? T : never) & {
  /** That of S3, whose document names it; OSS has it in the URL. */
  readonly format?: 'csv' | 'json'
  /** The word for the object in the SQL. Default: `ossobject`. */
  readonly table?: 's3object'
  /** Whether counts are sent with each part of the result. */
  readonly showsProgress?: boolean
  /** Only records that begin within these bytes, the ends included; with an end alone, within the last bytes. */
  readonly scanRange?: { readonly start?: number | undefined; readonly end?: number | undefined } | undefined
}

/** As OSS sends a query. */
const ossQuery: Document<SelectQuery> = selectRequest

const common = {
  method: 'POST',
  level: 'object',
  output: { raw: header('x-oss-select-output-raw', flag) },
  result: 'bytes',
  errors: [
    'noSuchBucket',
    'noSuchKey',
    ...VERSION_CAUSES,
    'invalidObjectState',
    ...SYMLINK_CAUSES,
    ...DECRYPTION_CAUSES,
    ...SELECT_CAUSES,
    ...DOCUMENT_CAUSES,
  ],
} as const

/** The answer is a sequence of frames; see the page of the operation. */
export const selectObject = operation({
  ...common,
  name: 'SelectObject',
  source: apiPage('SelectObject'),
  summary: 'Runs an SQL query over an object of CSV or JSON.',
  when: [{ query: ['x-oss-process=csv/select'] }, { query: ['x-oss-process=json/select'] }],
  permissions: ['oss:GetObject'],
  reads: 'object',
  input: {
    process: required(query('x-oss-process', oneOf(['csv/select', 'json/select'])), 'invalidArgument'),
    versionId,
    /** Only the records that begin within these bytes. */
    range: optional(header('Range', text)),
  },
  errors: [...common.errors, 'selectRangeUnsupported', 'selectRangeTwice', 'invalidRange'],
  body: ossQuery,
  status: 206,
})

function metaRequest(root: string) {
  return xml(root, { input: inputSerialization, overwriteIfExists: defaultedElement('OverwriteIfExists', flag, false) })
}

const csvMeta = metaRequest('CsvMetaRequest')
const jsonMeta = metaRequest('JsonMetaRequest')

/** The root element names the format, and so does x-oss-process. */
const anyMeta: typeof csvMeta = {
  ...csvMeta,
  root: `${csvMeta.root} or ${jsonMeta.root}`,
  decode(parser, body) {
    const isJson = utf8Text(body)?.includes(`<${jsonMeta.root}`) === true
    return (isJson ? jsonMeta : csvMeta).decode(parser, body)
  },
}

/** The answer is one frame. */
export const createSelectObjectMeta = operation({
  ...common,
  name: 'CreateSelectObjectMeta',
  source: apiPage('CreateSelectObjectMeta'),
  summary: 'Counts the rows, columns and splits of an object of CSV or JSON, and keeps them for queries of ranges.',
  when: [{ query: ['x-oss-process=csv/meta'] }, { query: ['x-oss-process=json/meta'] }],
  permissions: ['oss:PutObject'],
  input: {
    process: required(query('x-oss-process', oneOf(['csv/meta', 'json/meta'])), 'invalidArgument'),
    versionId,
  },
  body: anyMeta,
  status: 200,
})
