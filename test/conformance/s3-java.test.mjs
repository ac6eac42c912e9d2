// The AWS SDK for Java 2 with its transfer manager, with their defaults.

import path from 'node:path'
import { CACHE, testConformance } from './support.mjs'

const repository = path.join(CACHE, 's3-java', 'repository')
const output = path.join(CACHE, 's3-java', 'output')
const classes = [path.join(output, 'classes'), path.join(output, 'dependency', '*')].join(path.delimiter)

testConformance('s3-java', {
  install: [{ command: ['mvn', '-q', '-B', `-Dmaven.repo.local=${repository}`, `-Doutput=${output}`, 'compile'] }],
  command: ['java', '-XX:TieredStopAtLevel=1', '-Dfile.encoding=UTF-8', '-cp', classes, 'Conformance'],
})
