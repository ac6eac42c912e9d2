// boto3 and the AWS CLI, with their defaults.

import path from 'node:path'
import { CACHE, testConformance } from './support.mjs'

const environment = path.join(CACHE, 'boto3')
const python = path.join(environment, 'bin', 'python')

testConformance('boto3', {
  install: [
    { command: ['python3', '-m', 'venv', environment] },
    { command: [python, '-m', 'pip', 'install', '--quiet', '--requirement', 'requirements.txt'] },
  ],
  command: [python, '-B', 'main.py'],
})
