import path from 'node:path'
import { CACHE, testConformance } from './support.mjs'

const program = path.join(CACHE, 'go', 'conformance')
const env = {
  GOMODCACHE: path.join(CACHE, 'go', 'modules'),
  GOCACHE: path.join(CACHE, 'go', 'build'),
  GOFLAGS: '-buildvcs=false -modcacherw', // otherwise the cache could not be deleted with the clone
}

testConformance('go', { install: [{ command: ['go', 'build', '-o', program, '.'], env }], command: [program] })
