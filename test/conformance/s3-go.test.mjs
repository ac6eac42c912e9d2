// The AWS SDK for Go v2 with its transfer managers, and minio-go, with their defaults.

import path from 'node:path'
import { GO_ENVIRONMENT } from './programs.mjs'
import { CACHE, testConformance } from './support.mjs'

const program = path.join(CACHE, 's3-go', 'conformance')

testConformance('s3-go', {
  install: [{ command: ['go', 'build', '-o', program, '.'], env: GO_ENVIRONMENT }],
  command: [program],
})
