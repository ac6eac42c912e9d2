/** The service's documented limits of a query. Lengths in bytes. */
export const SQL_BYTES_MAX = 16 * 1024
export const COLUMNS_MAX = 1_000
export const COLUMN_NAME_BYTES_MAX = 1_024
export const CONDITIONS_MAX = 20
export const CONDITION_DEPTH_MAX = 10
export const AGGREGATES_MAX = 100
export const IN_VALUES_MAX = 1_024
export const LIKE_WILDCARDS_MAX = 5
export const CSV_ROW_BYTES_MAX = 256 * 1024
export const JSON_NODE_BYTES_MAX = 512 * 1024
export const JSON_DEPTH_MAX = 10
export const JSON_ARRAY_ELEMENTS_MAX = 5_000
