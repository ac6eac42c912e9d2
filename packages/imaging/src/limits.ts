/**
 * Limits of sources and results, as OSS has them.
 * @see https://help.aliyun.com/zh/oss/user-guide/overview-17/
 */

/** Bytes of a source, and of a logo. */
export const SOURCE_BYTES_MAX = 20 * 1024 * 1024
/** Pixels of a source's longer side. */
export const SOURCE_SIDE_MAX = 30_000
/** Pixels of all frames of a source. */
export const SOURCE_PIXELS_MAX = 250_000_000
/** Pixels of the longer side of a source in TIFF. */
export const TIFF_SIDE_MAX = 16_384
/** Pixels of the longer side of a source in AVIF. */
export const AVIF_SIDE_MAX = 10_000
/** Pixels of the longer side that can be rotated. */
export const ROTATED_SIDE_MAX = 4_096
/** Pixels of the longer side of a resized image. */
export const RESULT_SIDE_MAX = 16_384
/** Pixels of a resized image: 4,096 squared. */
export const RESULT_PIXELS_MAX = 16_777_216
/** Pixels of the longer side of a result in WebP, a limit of the format. */
export const WEBP_SIDE_MAX = 16_383
/** Watermarks with a logo in one process. */
export const LOGOS_MAX = 3
/** Characters of a watermark's text. */
export const TEXT_CHARACTERS_MAX = 64
/** Bytes of x-oss-process: OSS publishes no number. */
export const PROCESS_LENGTH_MAX = 8 * 1024
/** Actions of one process: OSS publishes no number. */
export const ACTIONS_MAX = 64
