/**
 * Limits of sources and results, as OSS has them.
 * @see https://help.aliyun.com/zh/oss/user-guide/overview-17/
 */

/** Bytes of a source, and of a logo. */
export const SOURCE_BYTES_MAX = 20 * 1024 * 1024
/** Pixels of a source's longer side, and of all its frames. */
export const SOURCE_SIDE_MAX = 30_000
export const SOURCE_PIXELS_MAX = 250_000_000
export const TIFF_SIDE_MAX = 16_384
export const AVIF_SIDE_MAX = 10_000
/** Pixels of the longer side that can be rotated. */
export const ROTATED_SIDE_MAX = 4_096
/** Pixels of a resized image. */
export const RESULT_SIDE_MAX = 16_384
export const RESULT_PIXELS_MAX = 16_777_216
export const WEBP_SIDE_MAX = 16_383
export const LOGOS_MAX = 3
export const TEXT_CHARACTERS_MAX = 64
/** Bytes of x-oss-process, and actions in it: OSS publishes no number. */
export const PROCESS_LENGTH_MAX = 8 * 1024
export const ACTIONS_MAX = 64
