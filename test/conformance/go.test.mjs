import { go } from './programs.mjs'
import { testConformance } from './support.mjs'

testConformance('go', { install: go.install, command: go.command('conformance') })
