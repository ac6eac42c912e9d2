import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byLabel, parseMetrics, quantile, sumOf } from './metrics.js'

const TEXT = `# HELP bindery_http_requests_total Requests.
# TYPE bindery_http_requests_total counter
bindery_http_requests_total{op="PutObject",status="200"} 3
bindery_http_requests_total{op="GetObject",status="404"} 1
bindery_http_requests_total{op="GetObject",status="200"} 4
bindery_http_sent_bytes_total 120
bindery_http_request_duration_seconds_bucket{le="0.001",op="GetObject"} 2
bindery_http_request_duration_seconds_bucket{le="0.005",op="GetObject"} 9
bindery_http_request_duration_seconds_bucket{le="+Inf",op="GetObject"} 10
odd{label="a \\"quoted\\" }"} 1
`

test('samples are read with their labels, and summed', () => {
  const samples = parseMetrics(TEXT)
  assert.equal(sumOf(samples, 'bindery_http_requests_total'), 8)
  assert.equal(sumOf(samples, 'bindery_http_sent_bytes_total'), 120)
  assert.equal(sumOf(samples, 'missing'), 0)
  assert.deepEqual(byLabel(samples, 'bindery_http_requests_total', 'op'), [
    ['GetObject', 5],
    ['PutObject', 3],
  ])
})

test('a quantile is the bound of its bucket', () => {
  const samples = parseMetrics(TEXT)
  assert.deepEqual(
    [0.2, 0.5, 0.99].map((share) => quantile(samples, 'GetObject', share)),
    [0.001, 0.005, Number.POSITIVE_INFINITY],
  )
  assert.equal(quantile(samples, 'PutObject', 0.5), undefined)
})
