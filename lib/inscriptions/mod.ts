/**
 * Family 3: files go to a ledger as jobs that survive a crash. Over Socket.IO it
 * speaks for itself, over HTTP through its routes.
 * @module
 */
export { accountId, AccountLogin, loginSchema } from "./accounts/account_login.ts";
export { ApiKeyGate, type ApiKeyOwner } from "./api_keys.ts";
export { Instances, type ListedServer, socketUrl } from "./instances.ts";
export { executed, jobConversation } from "./conversation.ts";
export type { Content } from "./content.ts";
export { InscriptionError } from "./errors.ts";
export { httpRequest } from "./input/start_request.ts";
export type { Inscription } from "./inscription.ts";
export { Inscriptions } from "./inscriptions.ts";
export { LedgerError } from "./ledger/ledger.ts";
export { holderQuery, type NumberedInscription, numbersQuery } from "./numbers.ts";
export { JobSockets, maxJobMessage } from "./sockets/job_sockets.ts";
