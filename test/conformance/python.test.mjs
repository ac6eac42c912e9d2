import { python } from './programs.mjs'
import { testConformance } from './support.mjs'

testConformance('python', { install: python.install, command: python.command('main.py') })
