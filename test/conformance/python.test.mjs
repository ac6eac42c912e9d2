import path from 'node:path'
import { CACHE, testConformance } from './support.mjs'

const environment = path.join(CACHE, 'python')
const python = path.join(environment, 'bin', 'python')

testConformance('python', {
  install: [
    { command: ['python3', '-m', 'venv', environment] },
    { command: [python, '-m', 'pip', 'install', '--quiet', '--requirement', 'requirements.txt'] },
  ],
  command: [python, '-B', 'main.py'],
})
