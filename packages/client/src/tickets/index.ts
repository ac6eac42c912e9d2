/** For pages that upload by a ticket. */
export type * from '../types/ticket.js'
export { ticketSigner, uploadByTicket } from './upload-by-ticket.js'
