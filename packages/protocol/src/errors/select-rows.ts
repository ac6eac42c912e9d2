// size: exempt (a table: one code per cause)

import type { ErrorRow } from './catalogue.js'

/**
 * OSS's codes for queries that cannot be run and for data that they cannot be run on. The message is the reason.
 * @see https://help.aliyun.com/zh/oss/developer-reference/selectobject
 */
export const SELECT_CODES = [
  // The request
  'InvalidSqlParameter',
  'InvalidInputFieldDelimiter',
  'InvalidInputRecordDelimiter',
  'InvalidInputQuote',
  'InvalidOutputFieldDelimiter',
  'InvalidOutputRecordDelimiter',
  'InvalidCommentCharacter',
  'UnsupportedCompressionFormat',
  'InvalidRange',
  'InvalidScanRange',
  'UnsupportedScanRangeInput',
  'InvalidMaxSkippedRecordsAllowed',
  'InvalidOSSSelectParameters',
  'SelectCsvMetaUnavailable',
  // The query
  'SqlSyntaxError',
  'SqlUnsupportedSql',
  'SqlInvalidSqlAfterAnalysis',
  'SqlExceedsMaxInCount',
  'SqlExceedsMaxColumnNameLength',
  'SqlInvalidColumnIndex',
  'SqlInvalidColumnName',
  'SqlInvalidLimitValue',
  'SqlExceedsMaxWildCardCount',
  'SqlExceedsMaxConditionCount',
  'SqlExceedsMaxConditionDepth',
  'SqlExceedsMaxAggregationCount',
  'SqlInvalidEscapeChar',
  'SqlOnlyOneEscapeCharIsAllowed',
  'SqlNoCharAfterEscapeChar',
  'SqlInvalidLikeOperand',
  'SqlValueTypeOfInMustBeSame',
  'SqlComparerOperandTypeMismatch',
  'InvalidArithmeticOperand',
  'SqlInvalidAndOperand',
  'SqlInvalidOrOperand',
  'SqlInvalidNotOperand',
  'SqlNotSupportedTimestampFormat',
  'SqlAggregationOnNonNumericType',
  'SqlInvalidAggregationOnTimestamp',
  'SqlInvalidMixOfAggregationAndColumn',
  'SqlInvalidMixOfStarAndColumn',
  'SqlInvalidKeepAllColumnsWithAggregation',
  'SqlInvalidKeepAllColumnsWithDuplicateColumn',
  'NegativeRowIndex',
  'ExceedsMaxNestedColumnDepth',
  'NestedColumnNotSupportInCsv',
  'TableRootNodeOnlySupportInJson',
  'WildCardNotAllowed',
  // The object
  'DecompressFailure',
  'InvalidTextEncoding',
  'InvalidCsvLine',
  'InvalidJsonData',
  'JsonNodeExceedsMaxSize',
  'JsonNodeExceedsMaxDepth',
  'ExceedsMaxJsonArraySize',
] as const

/** A code with which SelectObject fails. */
export type SelectCode = (typeof SELECT_CODES)[number]
/** The cause with a code of SelectObject. */
export type SelectCause = `select${SelectCode}`

/** Whether a code of the select package has a row here. */
export function isSelectCode(code: string): code is SelectCode {
  return (SELECT_CODES as readonly string[]).includes(code)
}

/** OSS's fine codes, where they are known. */
const SELECT_ECS: Readonly<Partial<Record<SelectCode, string>>> = {
  SqlSyntaxError: '0016-00000803',
  InvalidTextEncoding: '0016-00000821',
  InvalidSqlParameter: '0016-00000823',
  UnsupportedCompressionFormat: '0016-00000826',
  InvalidInputRecordDelimiter: '0016-00000829',
  InvalidCommentCharacter: '0016-00000831',
  InvalidMaxSkippedRecordsAllowed: '0016-00000834',
  SelectCsvMetaUnavailable: '0016-00000836',
}

function rowOf(code: SelectCode): ErrorRow {
  const ec = SELECT_ECS[code]
  return { code, status: 400, message: '{reason}', ...(ec !== undefined && { ec }), retry: 'never' }
}

/** One row per code. */
export const SELECT_ROWS = Object.fromEntries(SELECT_CODES.map((code) => [`select${code}`, rowOf(code)])) as {
  readonly [C in SelectCause]: ErrorRow
}

/** The causes of all codes of SelectObject. */
export const SELECT_CAUSES = Object.keys(SELECT_ROWS) as readonly SelectCause[]
