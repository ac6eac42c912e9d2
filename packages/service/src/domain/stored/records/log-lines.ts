import type { Bytes } from '@bindery/storage'
import type { Codec } from '../codec.js'
import { documentCodec } from './document.js'

/** Whole lines of an access log, after the version. */
export const logLinesCodec: Codec<Bytes> = documentCodec
