/**
 * Family 3: files go to a ledger as jobs that survive a crash. Over Socket.IO it
 * speaks for itself, over HTTP through its routes.
 * @module
 */
export { accountId, AccountLogin, loginSchema } from "./accounts/account_login.ts";
export { ApiKeyGate, type ApiKeyOwner, ApiKeys, type ListedApiKey, type RevokedApiKey } from "./api_keys.ts";
export { type Cluster, Instances, type ListedServer, socketUrl } from "./instances.ts";
export { executed, jobConversation } from "./conversation.ts";
export type { Content } from "./content.ts";
export { InscriptionError, type InscriptionErrorCode } from "./errors.ts";
export { fetchFile, type FetchOptions } from "./fetch/fetch_file.ts";
export type { Following, JobListener, JobPosition } from "./following.ts";
export { mimeTypes, typeOfName } from "./input/mime_types.ts";
export {
  httpRequest,
  maxFileSize,
  maxUrlFileSize,
  readStartRequest,
  type StartRequest,
} from "./input/start_request.ts";
export type { Inscription } from "./inscription.ts";
export { Inscriptions, type InscriptionsOptions, type StartedJob } from "./inscriptions.ts";
export type { CompleteData, ErrorData, EventPosition, JobEvent, ProgressData } from "./job_events.ts";
export { JobRegister, type RegisteredJobs } from "./job_register.ts";
export { type Ledger, LedgerError, type LedgerTopic, type PreparedTransaction } from "./ledger/ledger.ts";
export { LocalLedger } from "./ledger/local_ledger.ts";
export { holderQuery, type NumberedInscription, numbersQuery, type Query } from "./numbers.ts";
export { defaultSettings, type InscriptionSettings } from "./settings.ts";
export { JobSockets, maxJobMessage } from "./sockets/job_sockets.ts";
