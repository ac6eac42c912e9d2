import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hex, utf8Bytes } from '@bindery/bytes'
import { continuationFrame, dataFrame, endFrame, metaFrame } from './frames.js'
import type { CsvInput, JsonInput, SelectRequest } from './request.js'
import { scanMeta } from './scan-meta.js'
import { SelectError } from './select-error.js'
import { startSelect } from './session.js'

const CSV: CsvInput = {
  kind: 'csv',
  header: 'none',
  recordDelimiter: utf8Bytes('\n'),
  fieldDelimiter: 0x2c,
  quote: 0x22,
  comment: undefined,
}
const LINES: JsonInput = { kind: 'json', type: 'lines', numbersAsText: false }
const OUTPUT = { recordDelimiter: '\n', fieldDelimiter: ',', quote: '"', keepAllColumns: false, header: false }

type Options = Partial<Omit<SelectRequest, 'sql' | 'output'>> & { readonly output?: Partial<SelectRequest['output']> }

/** Runs a query over a text, in pieces of `pieceBytes`. */
function select(sql: string, text: string, options: Options = {}, pieceBytes = 3): string {
  const { output, ...rest } = options
  const defaults = { input: CSV, skipPartialRows: false, skippedMax: 0 }
  const session = startSelect({ sql, ...defaults, ...rest, output: { ...OUTPUT, ...output } })
  const bytes = utf8Bytes(text)
  let result = ''
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    result += session.push(bytes.subarray(start, start + pieceBytes))
  }
  return result + session.end()
}

function code(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof SelectError) return error.code
    throw error
  }
  return 'none'
}

const CITIES = 'Year,City,Value\n2015,Paris,10\n2016,"Rome, IT",20\n2015,Oslo,\n'
const NAMED = { input: { ...CSV, header: 'use' } } as const

test('columns are chosen by position and by name, in any case', () => {
  assert.equal(select('select _1 from ossobject', 'abc,def\n'), 'abc\n')
  assert.equal(select('SELECT s._2 FROM OSSObject s', 'abc,def'), 'def\n')
  assert.equal(select('select city, YEAR from ossobject', CITIES, NAMED), 'Paris,2015\n"Rome, IT",2016\nOslo,2015\n')
  assert.equal(select("select * from ossobject'", CITIES), CITIES)
})

test('a piece may end anywhere', () => {
  const whole = select('select * from ossobject', CITIES, {}, 1000)
  for (let size = 1; size < 20; size += 1) assert.equal(select('select * from ossobject', CITIES, {}, size), whole)
})

test('conditions compare text with numbers by the type of the other side', () => {
  const where = (condition: string) => select(`select _2 from ossobject where ${condition}`, 'a,1\nb,2\nc,\nd,10\n')
  assert.equal(where('_2 > 1'), '2\n10\n')
  assert.equal(where("_2 > '1'"), '2\n10\n')
  assert.equal(where('_2 between 1 and 2'), '1\n2\n')
  assert.equal(where('_2 not between 1 and 2'), '10\n')
  assert.equal(where('_2 in (1, 10)'), '1\n10\n')
  assert.equal(where('_2 + 1 = 3 or _2 * 2 = 20'), '2\n10\n')
  assert.equal(where("_1 || _2 = 'b2'"), '2\n')
  assert.equal(where("_1 like '%a%' and true"), '1\n')
  assert.equal(where('not _2 = 1 and _3 is null'), '2\n10\n')
  assert.equal(where("_2 = ''"), '\n')
})

test('LIKE knows runs, single characters and escapes', () => {
  const like = (pattern: string) => select(`select * from ossobject where _1 like ${pattern}`, 'a*b\nacb\nABC\na.b\n')
  assert.equal(like("'a*b'"), 'a*b\nacb\na.b\n')
  assert.equal(like("'a?b'"), 'a*b\nacb\na.b\n')
  assert.equal(like("'a#*b' escape '#'"), 'a*b\n')
  assert.equal(
    code(() => like("'a%b%c%d%e%f%'")),
    'SqlExceedsMaxWildCardCount',
  )
  assert.equal(
    code(() => like("'a' escape '%'")),
    'SqlInvalidEscapeChar',
  )
  assert.equal(
    code(() => like("'a#' escape '#'")),
    'SqlNoCharAfterEscapeChar',
  )
})

test('aggregates count what matched, after LIMIT', () => {
  const numbers = 'n\n1\n2\n\n4.5\n'
  const options = { input: { ...CSV, header: 'use' } } as const
  assert.equal(
    select('select count(*), sum(n), avg(n), max(n), min(n) from ossobject', numbers, options),
    '4,7.5,2.5,4.5,1\n',
  )
  assert.equal(select('select count(*) from ossobject limit 2', numbers, options), '2\n')
  assert.equal(select('select avg(_1), max(_1), min(_1) from ossobject', '2015\n2015\n'), '2015,2015,2015\n')
  assert.equal(select('select sum(_1), count(*) from ossobject where _1 > 9', '1\n'), ',0\n')
})

test('casts give types, times among them', () => {
  const data = '28/Feb/2017:12:30:51 +0700,1\n2017-03-01,2\n20170302,3\n'
  const sql = "select _2 from ossobject where cast(_1 as timestamp) >= cast('2017-03-01' as timestamp)"
  assert.equal(select(sql, data), '2\n3\n')
  const format =
    "select _2 from ossobject where cast(_1 as timestamp format 'MM/DD/YYYY') < cast('2017-02-01' as timestamp)"
  assert.equal(select(format, '01/31/2017,a\n02/28/2017,b\n'), 'a\n')
  assert.equal(select('select cast(_1 as int) as n from ossobject', '4.7\n'), '4\n')
  assert.equal(
    code(() => select("select cast(_1 as timestamp format 'X') from ossobject", 'a')),
    'SqlNotSupportedTimestampFormat',
  )
})

test('kept columns, header lines, comments and line ranges', () => {
  assert.equal(
    select('select _5,_1 from ossobject', 'v1,v2,v3,v4,v5,v6\n', { output: { keepAllColumns: true } }),
    'v1,,,,v5,\n',
  )
  assert.equal(
    select('select name from ossobject', 'name,job\nabc,def\n', { ...NAMED, output: { header: true } }),
    'name\nabc\n',
  )
  const commented = { input: { ...CSV, comment: 0x23 } }
  assert.equal(select('select * from ossobject', '#x\na\n#y\nb\n', commented), 'a\nb\n')
  assert.equal(
    select('select * from ossobject', '#x\na\n#y\nb\n', { ...commented, lines: { first: 0, last: 1 } }),
    'a\n',
  )
  const lines = 'h\n1\n2\n3\n4\n'
  assert.equal(select('select h from ossobject', lines, { ...NAMED, lines: { first: 0, last: 2 } }), '1\n2\n')
  assert.equal(
    select('select * from ossobject', lines, { input: { ...CSV, header: 'ignore' }, lines: { first: 1, last: 3 } }),
    '1\n2\n3\n',
  )
  assert.equal(
    code(() => select('select * from ossobject', lines, { lines: { first: 6, last: 10 } })),
    'InvalidRange',
  )
})

test('rows that do not fit are skipped as far as that is allowed', () => {
  const partial = { skipPartialRows: true, skippedMax: 1 }
  assert.equal(select('select _1,_2 from ossobject', 'a,b\nc\nd,e\n', partial), 'a,b\nd,e\n')
  assert.equal(select('select _1,_2 from ossobject', 'John\n'), 'John,\n')
  assert.equal(
    code(() => select('select _1,_2 from ossobject', 'a,b\nc\nd,e\n', { skipPartialRows: true })),
    'InvalidCsvLine',
  )
  assert.equal(select('select _1 from ossobject where _1 > 1', 'x\n2\n', { skippedMax: 1 }), '2\n')
  assert.equal(
    code(() => select('select _1 from ossobject', '"a\n')),
    'InvalidCsvLine',
  )
})

test('the rows before the one that exceeds the allowance were given out', () => {
  const session = startSelect({
    sql: 'select _1,_2 from ossobject',
    input: CSV,
    output: OUTPUT,
    skipPartialRows: true,
    skippedMax: 0,
  })
  assert.equal(session.push(utf8Bytes('abc,def\nefg\n')), 'abc,def\n')
  assert.equal(session.end(), '')
  assert.equal(session.failure?.code, 'InvalidCsvLine')
})

const PEOPLE = `{
  "contacts": [
    {"name": "Ann", "age": 27, "address": {"city": "Oslo"}, "phones": [{"n": "1"}, {"n": "2"}]},
    {"name": "Bob/B", "age": 123456789.123456789, "tags": ["x", "y"]}
  ],
  "Age": 5
}`

test('rows of JSON come from the path of FROM, with numbers as they were written', () => {
  const input = { ...LINES, type: 'document' } as const
  const run = (sql: string, options: Options = {}) => select(sql, PEOPLE, { input, ...options })
  assert.equal(run('select s.name from ossobject.contacts[*] s where s.age > 30'), '{"name":"Bob\\/B"}\n')
  assert.equal(run('select age from ossobject.contacts[*]'), '{"age":27}\n{"age":123456789.123456789}\n')
  assert.equal(run('select s.address.city from ossobject.contacts[*] s'), '{"city":"Oslo"}\n{}\n')
  assert.equal(run('select tags[1], name as person from ossobject.contacts[1]'), '{"_1":"y","person":"Bob\\/B"}\n')
  assert.equal(run('select * from ossobject.Age s'), '{"_1":5}\n')
  assert.equal(run('select n from ossobject.contacts[*].phones[*]'), '{"n":"1"}\n{"n":"2"}\n')
  assert.equal(run('select max(cast(s.age as int)) from ossobject.contacts[*] s'), '{"_1":123456789}\n')
  assert.equal(run('select name from ossobject.contacts[*] where address is null'), '{"name":"Bob\\/B"}\n')
})

test('JSON lines may be spread over several lines, and parted by commas', () => {
  const text = '{"a": 1,\n "b": "x"}\n\n{"a":2},{"a":3}\n'
  const options = { input: LINES }
  assert.equal(select('select a from ossobject where a >= 2', text, options), '{"a":2}\n{"a":3}\n')
  assert.equal(select('select * from ossobject limit 1', text, options), '{"a":1,"b":"x"}\n')
  const texts = { input: { ...LINES, numbersAsText: true }, skippedMax: 9 }
  assert.equal(select("select a from ossobject where a = '2'", text, texts), '{"a":2}\n')
  assert.equal(
    code(() => select('select a from ossobject', '{"a":', options)),
    'InvalidJsonData',
  )
  assert.equal(
    code(() => select('select a from ossobject', '{"a" 1}', options)),
    'InvalidJsonData',
  )
})

test('queries that the service does not have are refused by their code', () => {
  const refused = (sql: string) =>
    code(() => startSelect({ sql, input: CSV, output: OUTPUT, skipPartialRows: false, skippedMax: 0 }))
  const cases: [sql: string, code: string][] = [
    ['', 'SqlSyntaxError'],
    ['select', 'SqlSyntaxError'],
    ['select * from other', 'SqlSyntaxError'],
    ['select _1+_2 from ossobject', 'SqlUnsupportedSql'],
    ['select _1 || _2 from ossobject', 'SqlUnsupportedSql'],
    ['select _1 from ossobject group by _1', 'SqlUnsupportedSql'],
    ['select _1 from ossobject order by _1', 'SqlUnsupportedSql'],
    ['select _1 from ossobject where sum(_1) > 1', 'SqlUnsupportedSql'],
    ['select _1, count(*) from ossobject', 'SqlInvalidMixOfAggregationAndColumn'],
    ['select *, _1 from ossobject', 'SqlInvalidMixOfStarAndColumn'],
    ['select _0 from ossobject', 'SqlInvalidColumnIndex'],
    ['select _1001 from ossobject', 'SqlInvalidColumnIndex'],
    ['select name from ossobject', 'SqlInvalidColumnName'],
    ['select a.b from ossobject', 'NestedColumnNotSupportInCsv'],
    ['select _1 from ossobject.a', 'TableRootNodeOnlySupportInJson'],
    ['select _1 from ossobject limit 0', 'SqlInvalidLimitValue'],
    ["select _1 from ossobject where _1 in (1, 'a')", 'SqlValueTypeOfInMustBeSame'],
    ["select _1 from ossobject where 1 and _1 = 'a'", 'SqlInvalidAndOperand'],
    ["select _1 from ossobject where _1 + 'a' > 1", 'InvalidArithmeticOperand'],
    [`select _1 from ossobject where ${Array(21).fill('_1 = 1').join(' or ')}`, 'SqlExceedsMaxConditionCount'],
    [`select _1 from ossobject where _1 in (${Array(1025).fill('1').join(',')})`, 'SqlExceedsMaxInCount'],
    [`select _1 from ossobject where ${'('.repeat(100)}_1 = 1${')'.repeat(100)}`, 'SqlExceedsMaxConditionDepth'],
    ["select 'a from ossobject", 'SqlSyntaxError'],
  ]
  for (const [sql, expected] of cases) assert.equal(refused(sql), expected, sql)
})

test('frames are those of the service, byte by byte', () => {
  const frame = (bytes: Uint8Array) => hex(bytes)
  assert.equal(frame(dataFrame(8, utf8Bytes('abc\n'))), '018000010000000c1548509e00000000000000086162630a2d69d3fc')
  assert.equal(frame(continuationFrame(8)), '0180000400000008dac51bf700000000000000086bf9575b')
  assert.equal(frame(endFrame(8, 206)), '0180000500000014f3a46e0800000000000000080000000000000008000000ce197aec96')
  const csv = metaFrame(8, { splits: 1, rows: 1, columns: 2 })
  assert.equal(
    frame(csv),
    '018000060000002492dd247400000000000000080000000000000008000000c8000000010000000000000001' + '00000002eeba0e9a',
  )
  const json = metaFrame(14, { splits: 1, rows: 1 })
  assert.equal(
    frame(json),
    '0180000700000020a8d0c9dd000000000000000e000000000000000e000000c80000000100000000000000013866112e',
  )
})

test('a scan counts rows and columns, the header and empty lines among the rows', () => {
  const scan = (text: string, input: CsvInput | JsonInput) => {
    const scanning = scanMeta(input)
    scanning.push(utf8Bytes(text))
    return scanning.end()
  }
  assert.deepEqual(scan('a,b,c\nd,e,f\n\n', CSV), { splits: 1, rows: 3, columns: 3, splitLines: [0] })
  assert.deepEqual(scan('a\n"b\nc"', CSV), { splits: 1, rows: 2, columns: 1, splitLines: [0] })
  assert.deepEqual(scan('{"a":\n1}\n{"b":2}', LINES), { splits: 1, rows: 2, splitLines: [0] })
})

const S3 = { table: 's3object' } as const
const s3 = (expression: string, row = ' aBc ,é😀x,,5') => select(`SELECT ${expression} FROM S3Object`, row, S3)

test('functions of S3 take texts apart, and put values in place of missing ones', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['LOWER(_1)', ' abc \n'],
    ['upper(_1) || _4', ' ABC 5\n'],
    ['CHAR_LENGTH(_2)', '3\n'],
    ['character_length(trim(_1))', '3\n'],
    ["TRIM(LEADING FROM _1) || '.'", 'aBc .\n'],
    ["TRIM(TRAILING FROM _1) || '.'", ' aBc.\n'],
    ["TRIM(BOTH 'éx' FROM _2)", '😀\n'],
    ["TRIM('é' FROM _2)", '😀x\n'],
    ['SUBSTRING(_2, 2, 1)', '😀\n'],
    ['SUBSTRING(_2 FROM 2)', '😀x\n'],
    ['SUBSTRING(_2 FROM 0 FOR 2)', 'é\n'],
    ['SUBSTRING(_2, 9)', '\n'],
    ["COALESCE(_9, NULL, 'none')", 'none\n'],
    ["NULLIF(_4, 5) || 'x'", '\n'],
    ['NULLIF(_4, 6)', '5\n'],
    ['CAST(_4 AS INT) * 2 + 1', '11\n'],
  ]
  for (const [expression, expected] of rows) assert.equal(s3(expression), expected, expression)
  assert.equal(select('SELECT SUM(CAST(_1 AS INT) * 2) FROM S3Object s', '1\n2\n', S3), '6\n')
})

test('a call with a wrong number of operands, and any call in the SQL of OSS, is refused', () => {
  for (const call of ['LOWER(_1, _2)', 'SUBSTRING(_1)', 'NULLIF(_1)', 'TRIM(BOTH _1)', 'LTRIM(_1)', 'SLEEP(_1)']) {
    assert.notEqual(
      code(() => s3(call)),
      'none',
      call,
    )
  }
  assert.equal(
    code(() => select('select lower(_1) from ossobject', 'A')),
    'SqlUnsupportedSql',
  )
})

test('patterns have the wildcards of their protocol', () => {
  const rows = 'abc\na*c\na_c\na?c\n'
  const matching = (pattern: string, options: Options = {}) =>
    select(`select * from ${options.table ?? 'ossobject'} where _1 like '${pattern}'`, rows, options)
  assert.equal(matching('a?c'), rows)
  assert.equal(matching('a_c'), 'a_c\n')
  assert.equal(matching('a_c', S3), rows)
  assert.equal(matching('a*c', S3), 'a*c\n')
  assert.equal(matching('a?c', S3), 'a?c\n')
})
