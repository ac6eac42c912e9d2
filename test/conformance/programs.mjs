// How the programs of each language are installed and run.

import path from 'node:path'
import { CACHE } from './support.mjs'

const environment = path.join(CACHE, 'python')
const interpreter = path.join(environment, 'bin', 'python')

/** Files are in the folder `python`. */
export const python = {
  install: [
    { command: ['python3', '-m', 'venv', environment] },
    { command: [interpreter, '-m', 'pip', 'install', '--quiet', '--requirement', 'requirements.txt'] },
  ],
  command: (file) => [interpreter, '-B', file],
}

/**
 * The variables that keep the modules and builds of Go inside the cache. Nothing is optimised: the programs run for seconds, and compiling
 * them takes minutes.
 */
export const GO_ENVIRONMENT = {
  GOMODCACHE: path.join(CACHE, 'go', 'modules'),
  GOCACHE: path.join(CACHE, 'go', 'build'),
  // the last one: otherwise the cache could not be deleted with the clone
  GOFLAGS: `-buildvcs=false '-gcflags=all=-N -l' '-ldflags=-s -w' -modcacherw`,
  GOTOOLCHAIN: 'auto',
}
const programOf = (name) => path.join(CACHE, 'go', name)

/** A package is a folder below `go`. */
export const go = {
  install: [
    { command: ['go', 'build', '-o', programOf('conformance'), '.'], env: GO_ENVIRONMENT },
    { command: ['go', 'build', '-o', programOf('access'), './access'], env: GO_ENVIRONMENT },
  ],
  command: (name) => [programOf(name)],
}

const repository = `-Dmaven.repo.local=${path.join(CACHE, 'java', 'repository')}`
const output = path.join(CACHE, 'java', 'output')
const classes = [path.join(output, 'classes'), path.join(output, 'dependency', '*')].join(path.delimiter)

export const java = {
  install: [{ command: ['mvn', '-q', '-B', repository, `-Doutput=${output}`, 'compile'] }],
  command: (main) => ['java', '-XX:TieredStopAtLevel=1', '-Dfile.encoding=UTF-8', '-cp', classes, main],
  /** The option of Maven that keeps its packages inside the cache. */
  repository,
}
