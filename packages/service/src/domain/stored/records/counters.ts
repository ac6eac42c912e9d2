import { countersCodec } from '../codec.js'

/** The classes in the order of their counters, which stored rows depend on: append only. */
export const STORAGE_CLASSES = ['Standard', 'IA', 'Archive', 'ColdArchive', 'DeepColdArchive'] as const

/** How often the sweeper has requested reports. */
export const epochCounter = countersCodec(['epoch'])

/** The totals of an upload; `edition` counts the commits of its parts. */
export const usageCounters = countersCodec(['parts', 'bytes', 'edition'])

type ClassCounter = `${(typeof STORAGE_CLASSES)[number]}.${'objects' | 'bytes'}`

const CLASS_COUNTERS = STORAGE_CLASSES.flatMap((name): ClassCounter[] => [`${name}.objects`, `${name}.bytes`])

/** Where in a bucket's counters those of a class are: the number of objects, then their bytes. */
export const classCounterAt = (name: (typeof STORAGE_CLASSES)[number]): number => 2 * STORAGE_CLASSES.indexOf(name)

/**
 * The totals of a bucket: by class all versions that have data, current or not, and their bytes; uploads, their parts
 * and the bytes of these; then the numbers of versions that are not current, and of delete markers, and the bytes of
 * those versions.
 */
export const bucketCounters = countersCodec([
  ...CLASS_COUNTERS,
  'uploads',
  'parts',
  'partBytes',
  'versions',
  'deleteMarkers',
  'versionBytes',
] as const)

/** The counters of a bucket, by name. */
export type BucketCounters = ReturnType<(typeof bucketCounters)['decode']>
