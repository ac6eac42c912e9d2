import type { Codec } from '../../codec.js'
import { integer, oneOf, text } from '../../codec.js'
import type { Document } from '../../document.js'
import { OssError } from '../../errors/oss-error.js'
import { implied } from '../../field.js'
import { OBJECT_SIZE_MAX } from '../../limits.js'
import { type SelectQuery, selectObject } from '../../operations/object/select-object.js'
import { defaultedElement, element, group, maybe, optionalElement, refusedElement, xml } from '../../xml.js'
import { CUSTOMER_KEY_CAUSES, customerKeyInput } from './customer-keys.js'
import { s3Operation, s3Page, sharedWith } from './declare.js'
import { mapped } from './document.js'

const flag: Codec<boolean> = {
  name: 'true | false',
  decode: (value) => value.trim().toLowerCase() === 'true',
  encode: String,
}

/** Delimiters are text here, where those of OSS are base64; an empty one is the default. */
function delimiter(name: string, fallback: string) {
  return defaultedElement(name, { ...text, decode: (value) => value || fallback }, fallback)
}

/** A quote within a field is written twice; another character before it is not implemented. */
const doubledQuote = optionalElement('QuoteEscapeCharacter', {
  ...text,
  causes: ['elementNotImplemented'],
  decode(value) {
    if (value !== '' && value !== '"') throw new OssError('elementNotImplemented', { element: 'QuoteEscapeCharacter' })
    return value
  },
})

const words = <const W extends readonly [string, ...string[]]>(...known: W) => oneOf(known, 'malformedXml')

const inputSerialization = group('InputSerialization', {
  compressionType: defaultedElement('CompressionType', words('NONE', 'GZIP', 'BZIP2'), 'NONE'),
  csv: maybe(
    'CSV',
    group('CSV', {
      fileHeaderInfo: defaultedElement('FileHeaderInfo', words('NONE', 'IGNORE', 'USE'), 'NONE'),
      comments: delimiter('Comments', ''),
      quoteCharacter: delimiter('QuoteCharacter', '"'),
      quoteEscape: doubledQuote,
      recordDelimiter: delimiter('RecordDelimiter', '\n'),
      fieldDelimiter: delimiter('FieldDelimiter', ','),
      allowQuotedRecordDelimiter: defaultedElement('AllowQuotedRecordDelimiter', flag, false),
    }),
  ),
  json: maybe('JSON', group('JSON', { type: element('Type', words('DOCUMENT', 'LINES')) })),
  parquet: refusedElement('Parquet'),
})

const outputSerialization = group('OutputSerialization', {
  csv: maybe(
    'CSV',
    group('CSV', {
      quoteFields: defaultedElement('QuoteFields', words('ASNEEDED', 'ALWAYS'), 'ASNEEDED'),
      quoteCharacter: delimiter('QuoteCharacter', '"'),
      quoteEscape: doubledQuote,
      recordDelimiter: delimiter('RecordDelimiter', '\n'),
      fieldDelimiter: delimiter('FieldDelimiter', ','),
    }),
  ),
  json: maybe('JSON', group('JSON', { recordDelimiter: delimiter('RecordDelimiter', '\n') })),
})

const position = integer(0, OBJECT_SIZE_MAX, 'malformedXml')

const sentQuery = xml('SelectObjectContentRequest', {
  expression: element('Expression', text),
  expressionType: element('ExpressionType', words('SQL')),
  progress: maybe('RequestProgress', group('RequestProgress', { enabled: defaultedElement('Enabled', flag, false) })),
  input: inputSerialization,
  output: outputSerialization,
  scanRange: maybe(
    'ScanRange',
    group('ScanRange', { start: optionalElement('Start', position), end: optionalElement('End', position) }),
  ),
})

type Sent = typeof sentQuery extends Document<infer T> ? T : never

const CSV_INPUT = { recordDelimiter: '\n', fieldDelimiter: ',', quoteCharacter: '"' }

/** Throws malformedXml where input or output has no format, or two. */
function read({ expression, progress, input, output, scanRange }: Sent): SelectQuery {
  const { csv, json } = input
  if ((csv === undefined) === (json === undefined)) throw new OssError('malformedXml')
  if ((output.csv === undefined) === (output.json === undefined)) throw new OssError('malformedXml')
  const isJson = json !== undefined
  const { fileHeaderInfo = 'NONE', comments = '', allowQuotedRecordDelimiter = true } = csv ?? {}
  const { recordDelimiter, fieldDelimiter, quoteCharacter } = csv ?? CSV_INPUT
  if (scanRange !== undefined) requireScannable(input)
  return {
    scanRange,
    format: isJson ? 'json' : 'csv',
    table: 's3object',
    showsProgress: progress?.enabled === true,
    expression,
    input: {
      compressionType: input.compressionType.toLowerCase(),
      csv: {
        ...{ recordDelimiter, fieldDelimiter, quoteCharacter },
        ...{ fileHeaderInfo: fileHeaderInfo.toLowerCase(), commentCharacter: comments },
        ...{ range: '', allowQuotedRecordDelimiter },
      },
      json: { type: (json?.type ?? 'LINES').toLowerCase(), range: '', parseJsonNumberAsString: false },
    },
    output: {
      csv: csvOutput(output.csv),
      json: { recordDelimiter: output.json?.recordDelimiter ?? '\n' },
      format: output.json === undefined ? 'csv' : 'json',
      ...{ keepAllColumns: false, outputRawData: false, enablePayloadCrc: false, outputHeader: false },
    },
    options: { skipPartialDataRecord: false, maxSkippedRecordsAllowed: '0' },
  }
}

/** Records are found from any byte on only where a delimiter is one, wherever it is. Throws selectUnsupportedScanRangeInput. */
function requireScannable({ compressionType, csv, json }: Sent['input']): void {
  const isScannable = csv?.allowQuotedRecordDelimiter === false || json?.type === 'LINES'
  if (compressionType === 'NONE' && isScannable) return
  const reason = 'A scan range needs plain JSON lines, or plain CSV without quoted record delimiters.'
  throw new OssError('selectUnsupportedScanRangeInput', { reason })
}

function csvOutput(csv: Sent['output']['csv']): SelectQuery['output']['csv'] {
  const { recordDelimiter, fieldDelimiter, quoteCharacter } = csv ?? CSV_INPUT
  return { recordDelimiter, fieldDelimiter, quoteCharacter, quotesAll: csv?.quoteFields === 'ALWAYS' }
}

function write({ format, expression, showsProgress, input, output, scanRange }: SelectQuery): Sent {
  const { csv, json } = input
  const upper = <W extends string>(word: string) => word.toUpperCase() as W
  const sentCsv = {
    fileHeaderInfo: upper<'NONE' | 'IGNORE' | 'USE'>(csv.fileHeaderInfo),
    comments: csv.commentCharacter,
    quoteCharacter: csv.quoteCharacter,
    recordDelimiter: csv.recordDelimiter,
    fieldDelimiter: csv.fieldDelimiter,
    allowQuotedRecordDelimiter: csv.allowQuotedRecordDelimiter,
  }
  const { recordDelimiter, fieldDelimiter, quoteCharacter = '"', quotesAll } = output.csv
  const quoteFields = quotesAll === true ? 'ALWAYS' : 'ASNEEDED'
  const isJson = format === 'json'
  return {
    expression,
    expressionType: 'SQL',
    progress: { enabled: showsProgress === true },
    input: {
      compressionType: upper<'NONE' | 'GZIP' | 'BZIP2'>(input.compressionType),
      csv: isJson ? undefined : sentCsv,
      json: isJson ? { type: upper<'DOCUMENT' | 'LINES'>(json.type) } : undefined,
      parquet: undefined,
    },
    output: {
      csv: output.format === 'json' ? undefined : { quoteFields, quoteCharacter, recordDelimiter, fieldDelimiter },
      json: output.format === 'json' ? output.json : undefined,
    },
    scanRange: scanRange && { start: scanRange.start, end: scanRange.end },
  }
}

/** The answer is a stream of events. */
export const selectObjectContent = s3Operation({
  ...sharedWith(selectObject),
  name: 'SelectObjectContent',
  source: s3Page('SelectObjectContent'),
  when: [{ query: ['select'] }],
  input: {
    ...customerKeyInput,
    process: implied<'csv/select' | 'json/select'>('csv/select'),
    versionId: implied(undefined),
  },
  body: mapped(sentQuery, { read, write }),
  status: 200,
  output: {},
  result: 'bytes',
  errors: [...selectObject.errors, 'elementNotImplemented', ...CUSTOMER_KEY_CAUSES],
})
