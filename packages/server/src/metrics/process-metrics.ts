import { DiskMetrics } from './disk-metrics.js'
import { LoopDelay } from './loop-delay.js'
import type { MetricValues } from './metric.js'
import { MultipartMetrics } from './multipart-metrics.js'
import { TaskMetrics } from './task-metrics.js'

/** The counts of one process, besides those of its requests. */
export class ProcessMetrics {
  readonly tasks = new TaskMetrics()
  readonly disk = new DiskMetrics()
  readonly multipart = new MultipartMetrics()
  readonly loop = new LoopDelay()

  values(): MetricValues {
    return [...this.tasks.values(), ...this.disk.values(), ...this.multipart.values()]
  }
}
