/** From the document of a query to the request that the engine runs. */
import { stringToBytes } from '@bindery/bytes'
import { type BodyOf, type Operations, OssError } from '@bindery/protocol'
import type { CsvInput, JsonInput, LineRange, SelectRequest } from '@bindery/select'
import type { CountedRows } from '../domain/stored/model.js'
import type { RecordForm } from './scan-range.js'

type SelectDocument = BodyOf<Operations['SelectObject']>
type Input = SelectDocument['input']

/** The formats of input and output. */
export type Format = 'csv' | 'json'

/** The format of a request by its `x-oss-process`, `csv/select`. */
export function formatOf(processing: string): Format {
  return processing.startsWith('json') ? 'json' : 'csv'
}

/** Throws the causes of a malformed query. @param counted the rows that were counted in the object, if they were */
export function selectRequestOf(
  format: Format,
  { expression, table, input, output, options }: SelectDocument,
  counted: CountedRows | undefined,
): SelectRequest {
  if (expression === '') throw new OssError('selectInvalidSqlParameter', { reason: 'The SQL expression is empty.' })
  if (output.enablePayloadCrc && output.outputRawData) {
    throw new OssError('selectInvalidOSSSelectParameters', { reason: 'Raw output carries no checksums.' })
  }
  const skippedMax = Number(options.maxSkippedRecordsAllowed)
  if (!Number.isSafeInteger(skippedMax) || skippedMax < 0) {
    const reason = `MaxSkippedRecordsAllowed is ${options.maxSkippedRecordsAllowed}; it must be 0 or more.`
    throw new OssError('selectInvalidMaxSkippedRecordsAllowed', { reason })
  }
  const lines = linesOf(format, input, counted)
  const { format: kind = format } = output
  const isJson = kind === 'json'
  const recordDelimiter = isJson ? output.json.recordDelimiter : output.csv.recordDelimiter
  if (recordDelimiter.length > 2) {
    throw new OssError('selectInvalidOutputRecordDelimiter', { reason: 'A record delimiter has at most two bytes.' })
  }
  if (output.csv.fieldDelimiter.length !== 1) {
    throw new OssError('selectInvalidOutputFieldDelimiter', { reason: 'A field delimiter has one byte.' })
  }
  return {
    sql: expression,
    ...(table !== undefined && { table }),
    input: inputOf(format, input),
    output: {
      kind,
      recordDelimiter,
      fieldDelimiter: output.csv.fieldDelimiter,
      quote: output.csv.quoteCharacter ?? input.csv.quoteCharacter,
      quotesAll: output.csv.quotesAll ?? false,
      keepAllColumns: output.keepAllColumns && !isJson,
      header: output.outputHeader && !isJson,
    },
    ...(lines === undefined ? {} : { lines }),
    skipPartialRows: options.skipPartialDataRecord,
    skippedMax,
  }
}

/** The input format of a query, as the engine takes it. Throws the causes of malformed delimiters. */
export function inputOf(format: Format, { csv, json }: Input): CsvInput | JsonInput {
  if (format === 'json') {
    return {
      kind: 'json',
      type: json.type === 'document' ? 'document' : 'lines',
      numbersAsText: json.parseJsonNumberAsString,
    }
  }
  const { fileHeaderInfo, recordDelimiter, fieldDelimiter, quoteCharacter, commentCharacter } = csv
  if (recordDelimiter.length < 1 || recordDelimiter.length > 2) {
    throw new OssError('selectInvalidInputRecordDelimiter', { reason: 'A record delimiter has one or two bytes.' })
  }
  if (fieldDelimiter.length !== 1) {
    throw new OssError('selectInvalidInputFieldDelimiter', { reason: 'A field delimiter has one byte.' })
  }
  if (quoteCharacter.length !== 1) {
    throw new OssError('selectInvalidInputQuote', { reason: 'A quote character has one byte.' })
  }
  if (commentCharacter.length > 1) {
    throw new OssError('selectInvalidCommentCharacter', { reason: 'A comment character has one byte.' })
  }
  return {
    kind: 'csv',
    header: fileHeaderInfo === 'use' || fileHeaderInfo === 'ignore' ? fileHeaderInfo : 'none',
    recordDelimiter: stringToBytes(recordDelimiter),
    fieldDelimiter: fieldDelimiter.charCodeAt(0),
    quote: quoteCharacter.charCodeAt(0),
    comment: commentCharacter === '' ? undefined : commentCharacter.charCodeAt(0),
  }
}

/** How records are divided where only some of them are read. */
export function recordFormOf(input: CsvInput | JsonInput): RecordForm {
  if (input.kind === 'json') return { delimiter: stringToBytes('\n'), hasHeader: false, comment: undefined }
  const { recordDelimiter: delimiter, header, comment } = input
  return { delimiter, hasHeader: header !== 'none', comment }
}

/** Names the format of rows, so that ranges of rows are used with the format by which the rows were counted. */
export function formatName(format: Format, { csv, json }: Input): string {
  const { recordDelimiter, fieldDelimiter, quoteCharacter } = csv
  return JSON.stringify(
    format === 'json' ? ['json', json.type] : ['csv', recordDelimiter, fieldDelimiter, quoteCharacter],
  )
}

/** Whether the bytes are compressed. Throws selectUnsupportedCompressionFormat. */
export function isCompressed({ compressionType }: Input): boolean {
  if (compressionType === 'none' || compressionType === '') return false
  if (compressionType === 'gzip') return true
  throw new OssError('selectUnsupportedCompressionFormat', { reason: `${compressionType} is not supported.` })
}

/** The rows of a `line-range` or `split-range`; undefined for all. */
function linesOf(format: Format, input: Input, counted: CountedRows | undefined): LineRange | undefined {
  const text = format === 'json' ? input.json.range : input.csv.range
  if (text === '') return undefined
  const match = /^(line|split)-range=(\d*)-(\d*)$/.exec(text)
  const [, unit, from = '', to = ''] = match ?? []
  if (unit === undefined || (from === '' && to === '')) throw invalidRange(text)
  if (counted === undefined || counted.format !== formatName(format, input)) {
    const reason = 'Ranges need CreateSelectObjectMeta first, with the same delimiters.'
    throw new OssError('selectSelectCsvMetaUnavailable', { reason })
  }
  const { splits, rows } = counted
  const count = unit === 'line' ? rows : splits.length
  const first = from === '' ? Math.max(0, count - Number(to)) : Number(from)
  const last = from === '' || to === '' ? count - 1 : Number(to)
  if (first > last || first >= count) throw invalidRange(text)
  if (unit === 'line') return { first, last }
  return { first: splits[first] ?? 0, last: (splits[last + 1] ?? rows) - 1 }
}

function invalidRange(text: string): OssError {
  return new OssError('selectInvalidRange', { reason: `The range "${text}" does not lie within the object.` })
}
