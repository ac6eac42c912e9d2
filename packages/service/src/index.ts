export type { ResponseLog, Service, ServiceRequest, ServiceResponse } from './service.js'
