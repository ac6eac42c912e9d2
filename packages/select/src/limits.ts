/** OSS's limits of a query. */

/** Bytes of a query. */
export const SQL_BYTES_MAX = 16 * 1024
/** Columns that a query selects, and columns of CSV that it can name by position. */
export const COLUMNS_MAX = 1_000
/** Bytes of the name of a column of CSV. */
export const COLUMN_NAME_BYTES_MAX = 1_024
/** Conditions of a WHERE clause. */
export const CONDITIONS_MAX = 20
/** Levels to which conditions are nested. */
export const CONDITION_DEPTH_MAX = 10
/** Aggregates that a query selects. */
export const AGGREGATES_MAX = 100
/** Values of an IN list. */
export const IN_VALUES_MAX = 1_024
/** Wildcards in the pattern of a LIKE. */
export const LIKE_WILDCARDS_MAX = 5
/** Bytes of a record of CSV, which is held in memory. */
export const CSV_ROW_BYTES_MAX = 256 * 1024
/** Bytes of a row of JSON, which is held in memory. */
export const JSON_NODE_BYTES_MAX = 512 * 1024
/** Steps of a path into JSON. */
export const JSON_DEPTH_MAX = 10
/** Elements of an array in a row of JSON. */
export const JSON_ARRAY_ELEMENTS_MAX = 5_000
