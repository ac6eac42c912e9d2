// Programs and libraries that speak S3, as their users run them. --strict-oss changes nothing for them, so they run once.

import path from 'node:path'
import { GO_ENVIRONMENT } from './programs.mjs'
import { CACHE, MODES, testConformance } from './support.mjs'

const environment = path.join(CACHE, 's3-tools', 'python')
const programs = path.join(CACHE, 's3-tools', 'programs')
const python = path.join(environment, 'bin', 'python')

testConformance('s3-tools', {
  install: [
    { command: ['python3', '-m', 'venv', environment] },
    { command: [python, '-m', 'pip', 'install', '--quiet', '--requirement', 'requirements.txt'] },
    {
      command: ['go', 'build', '-o', `${programs}/`, 'github.com/peak/s5cmd/v2', 'github.com/minio/mc'],
      env: GO_ENVIRONMENT,
    },
  ],
  command: [python, '-B', 'main.py'],
  modes: MODES.slice(0, 1),
  args: ['--s3-domains', 's3.test'],
  env: { PROGRAMS: programs, S3_DOMAIN: 's3.test' },
})
