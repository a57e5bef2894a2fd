// Hardening: profiles, the engine that runs in a machine, the gate, and the report. Usable without the rest of drover.

export { type AloneOutcome, type AloneRequest, hardenAlone, scanAlone } from './alone/scan-alone.ts'
export { type Content, type ContentRule, type Severity, shortId } from './content/content.ts'
export { type ContentPin, readContent, readPins } from './content/read-content.ts'
export { type DriftScan, prepareDriftScan } from './drift/prepare-drift.ts'
export { driftOf, type ReadDrift, readDrift } from './drift/read-drift.ts'
export {
  type BundleRequest,
  declaredByHardening,
  type GuestBundle,
  prepareGuestBundle,
  prepareRealBootBundle,
  prepareScanBundle,
} from './engine/bundle.ts'
export type { Inventory } from './inventory/inventory.ts'
export { judgeRepositoryKeys, type Keyring } from './inventory/judge-repository-keys.ts'
export { judgeSurface } from './inventory/judge-surface.ts'
export { type InventoryRequest, type ReadInventory, readInventory } from './inventory/read-inventory.ts'
export type { Declared } from './inventory/trace-packages.ts'
export { type CryptoPolicy, cryptoPolicyOf } from './profile/crypto-policy.ts'
export { fixedRulesOf } from './profile/fixed-rules.ts'
export {
  checkProfile,
  type OpenedProfile,
  openProfile,
  type ProfileAndContent,
  type ProfileRequest,
} from './profile/open-profile.ts'
export { type Profile, profileOf, type RuleChoice, type ValueSetting, type Waiver } from './profile/profile.ts'
export { type AnsweredRule, answerControl, type ControlAnswer, controlLines } from './report/control-answer.ts'
export { type ReportFormat, reportEndings, reportFormats } from './report/formats.ts'
export { renderHtmlReport } from './report/html.ts'
export { renderJsonReport } from './report/json.ts'
export { type ReadReport, readReport } from './report/read-report.ts'
export { assembleReport, type Report, type ReportRequest, type ReportSubject } from './report/report.ts'
export { type DatedRelease, newerRelease, readDatedRelease } from './results/read-dated-release.ts'
export { readGuestResults } from './results/read-guest-results.ts'
export { type Remediation, readRemediation } from './results/read-remediation.ts'
export { type ReadResults, readResults } from './results/read-results.ts'
export { type ReadScan, readControlResults, readPackageCount, readScan } from './results/read-scan.ts'
export type { ControlResult, RuleResult, Scan, ScanFacts, ScanResults } from './results/scan.ts'
export { judgeSecrets, type SecretWaiver } from './secrets/judge-secrets.ts'
export { readOwnFilesScript } from './secrets/own-files.ts'
export { type FoundSecret, readSecrets } from './secrets/read-secrets.ts'
export { renderSite } from './site/site.ts'
export type { SiteDrift, SiteInput, SiteRelease } from './site/site-input.ts'
export { renderTailoring } from './tailoring/render-tailoring.ts'
export { type Counts, countStatuses, type Score, scoreAfterWaivers, scoreOf, sumOfCounts } from './verdict/counts.ts'
export { fastScanDoubt, type JudgeRequest, judge, type Verdict } from './verdict/judge.ts'
export type { JudgedRule } from './verdict/judge-rules.ts'
export { type Standing, type StandingRules, standingOf } from './verdict/standing.ts'
export type { ScanResult, Status } from './verdict/status.ts'
export { type Fix, type InstalledState, parseFix, proveFix } from './vulnerabilities/fixes.ts'
export {
  judgeVulnerabilities,
  type VulnerabilityPolicy,
  type VulnerabilityVerdict,
} from './vulnerabilities/judge-vulnerabilities.ts'
export {
  type ReadVulnerabilities,
  readVulnerabilities,
  type VulnerabilityFormat,
  type VulnerabilityScan,
  vulnerabilityFormats,
} from './vulnerabilities/read-vulnerabilities.ts'
export type { FixProof } from './vulnerabilities/vulnerability.ts'
