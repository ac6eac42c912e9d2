import type { Codec } from '../../codec.js'
import { oneOf, text } from '../../codec.js'
import type { Document } from '../../document.js'
import { OssError } from '../../errors/oss-error.js'
import { implied } from '../../field.js'
import { type SelectQuery, selectObject } from '../../operations/object/select-object.js'
import { defaultedElement, element, group, maybe, xml } from '../../xml.js'
import { CUSTOMER_KEY_CAUSES, customerKeyInput } from './customer-keys.js'
import { s3Operation, s3Page, sharedWith } from './declare.js'
import { mapped, refusedElement } from './document.js'

const flag: Codec<boolean> = {
  name: 'true | false',
  decode: (value) => value.trim().toLowerCase() === 'true',
  encode: String,
}

/** Delimiters are text here, where those of OSS are base64; an empty one is the default. */
function delimiter(name: string, fallback: string) {
  return defaultedElement(name, { ...text, decode: (value) => value || fallback }, fallback)
}

const words = <const W extends readonly [string, ...string[]]>(...known: W) => oneOf(known, 'malformedXml')

const inputSerialization = group('InputSerialization', {
  compressionType: defaultedElement('CompressionType', words('NONE', 'GZIP', 'BZIP2'), 'NONE'),
  csv: maybe(
    'CSV',
    group('CSV', {
      fileHeaderInfo: defaultedElement('FileHeaderInfo', words('NONE', 'IGNORE', 'USE'), 'NONE'),
      comments: delimiter('Comments', ''),
      quoteCharacter: delimiter('QuoteCharacter', '"'),
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
      recordDelimiter: delimiter('RecordDelimiter', '\n'),
      fieldDelimiter: delimiter('FieldDelimiter', ','),
    }),
  ),
  json: maybe('JSON', group('JSON', { recordDelimiter: delimiter('RecordDelimiter', '\n') })),
})

const sentQuery = xml('SelectObjectContentRequest', {
  expression: element('Expression', text),
  expressionType: element('ExpressionType', words('SQL')),
  progress: maybe('RequestProgress', group('RequestProgress', { enabled: defaultedElement('Enabled', flag, false) })),
  input: inputSerialization,
  output: outputSerialization,
  scanRange: refusedElement('ScanRange'),
})

type Sent = typeof sentQuery extends Document<infer T> ? T : never

const CSV_INPUT = { recordDelimiter: '\n', fieldDelimiter: ',', quoteCharacter: '"', commentCharacter: '' }

/** Rows keep their format. Throws malformedXml, elementNotImplemented. */
function read({ expression, progress, input, output }: Sent): SelectQuery {
  const { csv, json } = input
  if ((csv === undefined) === (json === undefined)) throw new OssError('malformedXml')
  const isJson = json !== undefined
  if ((isJson ? output.json : output.csv) === undefined) {
    const other = isJson ? output.csv : output.json
    if (other === undefined) throw new OssError('malformedXml')
    throw new OssError('elementNotImplemented', { element: `OutputSerialization/${isJson ? 'CSV' : 'JSON'}` })
  }
  if (output.csv?.quoteFields === 'ALWAYS') throw new OssError('elementNotImplemented', { element: 'QuoteFields' })
  const { fileHeaderInfo = 'NONE', comments = '', allowQuotedRecordDelimiter = true, ...delimiters } = csv ?? {}
  return {
    format: isJson ? 'json' : 'csv',
    table: 's3object',
    showsProgress: progress?.enabled === true,
    expression,
    input: {
      compressionType: input.compressionType.toLowerCase(),
      csv: {
        ...CSV_INPUT,
        ...delimiters,
        ...{ fileHeaderInfo: fileHeaderInfo.toLowerCase(), commentCharacter: comments },
        ...{ range: '', allowQuotedRecordDelimiter },
      },
      json: { type: (json?.type ?? 'LINES').toLowerCase(), range: '', parseJsonNumberAsString: false },
    },
    output: {
      csv: { recordDelimiter: '\n', fieldDelimiter: ',', ...given(output.csv) },
      json: { recordDelimiter: output.json?.recordDelimiter ?? '\n' },
      ...{ keepAllColumns: false, outputRawData: false, enablePayloadCrc: false, outputHeader: false },
    },
    options: { skipPartialDataRecord: false, maxSkippedRecordsAllowed: '0' },
  }
}

function given(csv: Sent['output']['csv']) {
  return csv && { recordDelimiter: csv.recordDelimiter, fieldDelimiter: csv.fieldDelimiter }
}

function write({ format, expression, showsProgress, input, output }: SelectQuery): Sent {
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
      csv: isJson ? undefined : { quoteFields: 'ASNEEDED', ...output.csv },
      json: isJson ? output.json : undefined,
    },
    scanRange: undefined,
  }
}

/** The answer is a stream of events. Rows of CSV stay CSV, and those of JSON stay JSON. */
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
