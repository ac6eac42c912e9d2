import { java } from './programs.mjs'
import { testConformance } from './support.mjs'

testConformance('java', { install: java.install, command: java.command('Conformance') })
